"""What holds for all tests."""

import hypothesis

# A machine that is busy with other tests is slow now and then; pytest-timeout sees to what hangs.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tests")
