"""VICIdial's Non-Agent API: the only place that holds httpx, and that reveals the password."""

from importer.vicidial.answer import Answer, Delivery
from importer.vicidial.client import NonAgentApi
from importer.vicidial.replies import Verdict, classify
from importer.vicidial.sentences import Gate, Meaning
from importer.vicidial.transport import Transport

__all__ = ["Answer", "Delivery", "Gate", "Meaning", "NonAgentApi", "Transport", "Verdict", "classify"]
