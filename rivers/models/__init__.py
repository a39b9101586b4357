"""Waters of the happy-rivers plan: what the plan lists, what is measured each month, who answers for them."""

from rivers.models.evaluations import Evaluation, Standard
from rivers.models.waters import Dimension, RiverChief, WaterBody, WaterQuality

__all__ = ["Dimension", "Evaluation", "RiverChief", "Standard", "WaterBody", "WaterQuality"]
