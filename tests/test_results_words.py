"""The words of the results and their colours."""

from itertools import combinations

import pytest

from importer.model import Result
from importer.result_words import BY_RESULT, WORDS

Triple = tuple[float, float, float]

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB
VISION: dict[str, tuple[Triple, Triple, Triple]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green cones": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue cones": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> Triple:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lab(rgb: Triple) -> Triple:
    red, green, blue = (min(1.0, max(0.0, part)) for part in rgb)
    x, y, z = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in (
            (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
            0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, vision: str) -> Triple:
    rgb = linear(colour)
    first, second, third = (
        sum(weight * part for weight, part in zip(line, rgb, strict=True)) for line in VISION[vision]
    )
    return lab((first, second, third))


def test_each_result_has_one_word_in_the_order_of_the_results() -> None:
    assert [word.result for word in WORDS] == list(Result)
    assert set(BY_RESULT) == set(Result)


@pytest.mark.parametrize("vision", VISION)
def test_any_two_colours_differ_clearly_for_every_kind_of_colour_vision(vision: str) -> None:
    for one, other in combinations(WORDS, 2):
        apart = sum((a - b) ** 2 for a, b in zip(seen(one.colour, vision), seen(other.colour, vision), strict=True))
        assert apart**0.5 >= 15, f"{one.result} and {other.result}"


def test_black_text_is_easy_to_read_on_every_colour() -> None:
    for word in WORDS:
        assert (luminance(word.colour) + 0.05) / 0.05 >= 4.5  # WCAG 2.1, 1.4.3
        assert (luminance(word.tint) + 0.05) / 0.05 >= 15
