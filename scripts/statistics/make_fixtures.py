"""Make the numbers that the tests of the statistics compare this project with: SciPy's and statsmodels'.

Writes test/analysis/fixtures/*.json. Samples are drawn from a fixed seed and rounded, and stand in the files themselves;
the tests need no Python. Needs numpy, scipy and statsmodels; the committed files come from numpy 2.4.6, scipy 1.17.1 and
statsmodels 0.15.0.

Usage: python make_fixtures.py [output folder]
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import ttost_paired

SIZES = [2, 3, 4, 5, 8, 10, 12, 20, 30]
DEGREES = [1, 1.2, 1.5, 2, 2.7, 3, 4, 5, 7.3, 9, 10, 17.776, 29, 58, 100, 1000]
MARGIN = 0.005
SIGN_FLIP_LIMIT = 12


def student_t():
    """Distribution function and quantile, far into the tails."""
    positive = [1e-4, 0.01, 0.5, 0.99, 1, 1.01, 2, 3, 5, 10, 30, 100, 1e3, 1e5]
    ts = [0, *positive, *(-t for t in positive)]
    ps = [1e-6, 1e-4, 0.001, 0.005, 0.025, 0.05, 0.1, 0.2, 0.25, 0.4]
    ps += [0.5, 0.6, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9999, 1 - 1e-6]
    return {
        "cdf": [[t, df, float(stats.t.cdf(t, df))] for df in DEGREES for t in ts],
        "quantile": [[p, df, float(stats.t.ppf(p, df))] for df in DEGREES for p in ps],
    }


def noncentral_t():
    """Rows [t, degrees of freedom, noncentrality, P(T <= t)], without those for which SciPy has no number."""
    ts = [-4.303, -2.1, 0, 0.5, 2.01, 2.776, 4.303, 12.706]
    deltas = [0.1, 0.5, 1, 2, 2.8, 4, 8]
    rows = [
        [t, df, delta, float(stats.nct.cdf(t, df, delta))]
        for df in [1, 2, 3, 4, 9, 19, 29, 100]
        for t in ts
        for delta in deltas
    ]
    return known(rows)


def known(rows):
    return [row for row in rows if np.isfinite(row[-1])]


def sample(random, size, mean):
    """Test accuracies as they are written: shares of 10,000 images."""
    return [round(float(value), 4) for value in random.normal(mean, 0.004, size)]


def exact_sign_flip(differences):
    """In whole images of 10,000, so that sums that are equal are equal here too."""
    result = stats.permutation_test(
        (np.rint(differences * 10_000),), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    return float(result.pvalue)


def two_samples(random):
    """Pairs of every size with all that is said of two optimizers."""
    cases = []
    for size in SIZES:
        a, b = sample(random, size, 0.6873), sample(random, size, 0.6831)
        differences = np.array(a) - np.array(b)
        paired, welch = stats.ttest_rel(a, b), stats.ttest_ind(a, b, equal_var=False)
        mann_whitney = stats.mannwhitneyu(a, b)
        cases.append(
            {
                "a": a,
                "b": b,
                "mean": float(np.mean(differences)),
                "std": float(np.std(differences, ddof=1)),
                "paired": described(paired),
                "welch": described(welch),
                "equivalence": float(ttost_paired(np.array(a), np.array(b), -MARGIN, MARGIN)[0]),
                "signFlip": exact_sign_flip(differences) if size <= SIGN_FLIP_LIMIT else None,
                "correlation": float(stats.pearsonr(a, b).statistic),
                "superiority": float(mann_whitney.statistic) / size**2,
            }
        )
    return cases


def described(test):
    low, high = test.confidence_interval(0.95)
    inner_low, inner_high = test.confidence_interval(0.9)
    return {
        "t": float(test.statistic),
        "degreesOfFreedom": float(test.df),
        "p": float(test.pvalue),
        "interval95": [float(low), float(high)],
        "interval90": [float(inner_low), float(inner_high)],
    }


def unequal_samples(random):
    """Welch's test where the groups differ in size, as when a seed is missing."""
    cases = []
    for sizes in [(2, 3), (3, 10), (10, 9), (30, 5)]:
        a, b = (sample(random, size, mean) for size, mean in zip(sizes, (0.69, 0.68)))
        cases.append({"a": a, "b": b, "welch": described(stats.ttest_ind(a, b, equal_var=False))})
    return cases


def holm(random):
    families = [random.uniform(0, 0.2, size).round(4).tolist() for size in [1, 2, 3, 6, 12]]
    families.append([0.01, 0.01, 0.03, 0.03])
    return [{"raw": p, "adjusted": multipletests(p, method="holm")[1].tolist()} for p in families]


def power():
    """Power of the two-sided paired t test, and the number of pairs for a power of 0.8."""
    test = TTestPower()
    effects = [0.2, 0.3, 0.5, 0.8, 1, 1.5, 2, 3]
    powers = [[d, n, float(test.power(d, n, 0.05, alternative="two-sided"))] for d in effects for n in [2, 3, 5, 10, 30]]
    pairs = [[d, float(test.solve_power(d, power=0.8, alpha=0.05, alternative="two-sided"))] for d in effects]
    return {"power": known(powers), "pairs": known(pairs)}


def slopes(random):
    """Slopes of the logarithm of curves that fall or rise, with noise, epoch by epoch."""
    cases = []
    for size in [3, 4, 5, 10, 30, 200]:
        log_sigmas = random.normal(0, 0.3, size) + random.uniform(-0.1, 0.1) * np.arange(size)
        sigmas = np.exp(log_sigmas).round(6)
        cases.append({"sigmas": sigmas.tolist(), "slope": float(stats.linregress(np.arange(size), np.log(sigmas)).slope)})
    return cases


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "test/analysis/fixtures")
    random = np.random.default_rng(20250903)
    fixtures = {
        "student-t": student_t(),
        "noncentral-t": noncentral_t(),
        "two-samples": {"margin": MARGIN, "cases": two_samples(random)},
        "unequal-samples": unequal_samples(random),
        "holm": holm(random),
        "power": power(),
        "slopes": slopes(random),
    }
    for name, content in fixtures.items():
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")


main()
