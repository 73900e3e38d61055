"""What the person wants of the check: how the DIDs are written, and of which region they are.

Whether a number can exist and how it is written is the phonenumbers library's word. It takes some 30 microseconds a
number, so it is asked only where its answer is needed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from importer.checking.number_shapes import DidTrouble, ReadDid, no_did
from importer.errors import SettingsError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_NUMBER: Final = re.compile(r"\+?[0-9]+")


class DidFormat(StrEnum):
    """How the DIDs are to be written; it must be the way in which the carrier sends them in the call."""

    AS_IS = "as-is"
    E164 = "e164"
    INTERNATIONAL = "international"
    NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """What is known of phone numbers, seen from one region."""

    region: str
    country_code: str

    @classmethod
    @cache
    def of_region(cls, region: str) -> "NumberPlan":
        """Return the plan of a region."""
        from phonenumbers import SUPPORTED_REGIONS, country_code_for_region

        name = region.strip().upper()
        if name not in SUPPORTED_REGIONS:
            raise SettingsError(f"there is no region '{region}'; give two letters such as --region US or --region GB")
        return cls(name, str(country_code_for_region(name)))

    def is_possible(self, did: str) -> bool:
        """Whether a number can be one of this region's, or of another country's if it begins with +.

        Whether it is in use is not asked: new blocks work before the library knows them.
        """
        return self._parse(did) is not None

    def shape(self, did: str) -> tuple[str, int]:
        """Return what decides whether a number is possible: numbers of one shape are possible or not together."""
        us = did.startswith("+1") or (self.country_code == "1" and did[0] not in "+0")
        return (did[:5] if us else did[:9]), len(did)

    def written(self, did: str, form: DidFormat) -> ReadDid:
        """Write a number in the given form, or say why it cannot be; a pattern that is no number is left as it is."""
        if form is DidFormat.AS_IS or not _NUMBER.fullmatch(did):
            return ReadDid(did)
        number = self._parse(did)
        if number is None:
            why = f"is no possible number in {self.region} and cannot be written as {form}"
            advice = "correct it, write it with + and the country code, or choose another --region"
            return no_did(DidTrouble.FORMAT, f"{why}; {advice}")
        from phonenumbers import PhoneNumberFormat, format_number, national_significant_number

        if form is not DidFormat.NATIONAL:
            plus = "+" if form is DidFormat.E164 else ""
            return ReadDid(f"{plus}{number.country_code}{national_significant_number(number)}")
        if str(number.country_code) != self.country_code:
            why = f"is a number of another country and has no national form in {self.region}"
            return no_did(DidTrouble.FORMAT, why)
        return ReadDid(re.sub(r"[^0-9]", "", format_number(number, PhoneNumberFormat.NATIONAL)))

    def _parse(self, did: str) -> "PhoneNumber | None":
        """Return the number if it is possible, else None."""
        import phonenumbers as known

        try:
            number = known.parse(did, self.region)
        except known.NumberParseException:
            return None
        # IS_POSSIBLE_LOCAL_ONLY, a number without its area code, is no number that a carrier sends
        if known.is_possible_number_with_reason(number) != known.ValidationResult.IS_POSSIBLE:
            return None
        region = known.region_code_for_country_code(number.country_code or 0)
        metadata = known.PhoneMetadata.metadata_for_region(region, None)
        pattern = metadata.general_desc.national_number_pattern if metadata and metadata.general_desc else None
        national = known.national_significant_number(number)
        # a prefix that is dialled inside the country alone may stand behind the country code, as in +1 1 727
        is_whole = not did.startswith("+") or did == f"+{number.country_code}{national}"
        return number if is_whole and (not pattern or re.fullmatch(pattern, national)) else None


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the person wants of the check; see ``importer.ImportOptions``, which it is made of."""

    fills: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # a column's name -> the value where it is blank
    any_pattern: bool = False
    mapping: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # a header -> the column's name
    did_format: DidFormat = DidFormat.AS_IS
    region: str = "US"
    strict_numbers: bool = False
    expand_ranges: bool = False
    describe: str | None = None
    taken_apart: bool = False  # ranges are rows already: columns of last numbers and quantities mean nothing any more
    allow_no_agent: bool = False

    @property
    def plan(self) -> NumberPlan:
        """The numbers of the region."""
        return NumberPlan.of_region(self.region)
