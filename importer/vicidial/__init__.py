"""The line to VICIdial's Non-Agent API: the only place that holds httpx, and that reveals the password."""

from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.api import VicidialApi
from importer.vicidial.transport import Transport

__all__ = ["Answer", "Delivery", "Transport", "VicidialApi"]
