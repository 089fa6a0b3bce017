"""Texts that give orders to their reader, and honest ones: the set that rules are made for."""

from tests.campaign.texts import BUILDING, judge_text, text_cases

CASES = text_cases(BUILDING)
judge = judge_text
