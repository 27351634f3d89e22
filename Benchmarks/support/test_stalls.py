"""What excuses an underrun in scripts/measure-stress, and what does not."""

import unittest

from .stalls import Stall, explanation

DRY = 1_000_000_000_000


def stall(length, before=0, processor=1):
    """A standstill of `length` milliseconds that ended `before` milliseconds ahead of the instant at which the card ran dry."""
    end = DRY - int(before * 1e6)
    return Stall(processor, end - int(length * 1e6), end)


class ExplanationTests(unittest.TestCase):
    def test_only_10_ms_or_more_are_long_enough(self):
        self.assertIsNone(explanation(DRY, [stall(6)], 1))
        self.assertIsNone(explanation(DRY, [stall(9.9)], 1))
        self.assertEqual(explanation(DRY, [stall(10)], 1), stall(10))

    def test_short_ones_are_not_added_up(self):
        self.assertIsNone(explanation(DRY, [stall(6), stall(6, before=3)], 1))

    def test_another_processor_excuses_nothing(self):
        self.assertIsNone(explanation(DRY, [stall(40, processor=0)], 1))

    def test_it_must_have_been_just_then(self):
        self.assertEqual(explanation(DRY, [stall(12, before=5)], 1), stall(12, before=5))
        self.assertIsNone(explanation(DRY, [stall(12, before=5.1)], 1))
        during, after = stall(30, before=-10), stall(12, before=-13)
        self.assertEqual(explanation(DRY, [during], 1), during)
        self.assertIsNone(explanation(DRY, [after], 1))

    def test_the_longest_is_named(self):
        self.assertEqual(explanation(DRY, [stall(11), stall(14, before=2), stall(90, processor=0)], 1), stall(14, before=2))


if __name__ == "__main__":
    unittest.main()
