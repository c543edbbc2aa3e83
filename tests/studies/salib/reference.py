"""Designs, outputs and indices by SALib, which `tests/studies/sensitivity.rs` holds ours against.

python reference.py     (SALib and NumPy from PyPI; the versions stand in reference.json)
"""

import json
from importlib.metadata import version

import numpy as np
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from SALib.test_functions import Ishigami

problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
reference = {"salib": version("SALib"), "numpy": np.__version__}


def save(name, x, y):
    np.savetxt(name, np.column_stack([x, y]), delimiter=",", header="x1,x2,x3,y", comments="", fmt="%.17g")


x = sobol_sample.sample(problem, 64, calc_second_order=False, seed=1)
y = Ishigami.evaluate(x)
save("ishigami_saltelli.csv", x, y)
found = sobol_analysis.analyze(problem, y, calc_second_order=False, seed=1)
reference["saltelli"] = {key: found[key].tolist() for key in ["S1", "ST", "S1_conf", "ST_conf"]}

x = morris_sample.sample(problem, 20, num_levels=4, seed=1)
y = Ishigami.evaluate(x)
save("ishigami_morris.csv", x, y)
found = morris_analysis.analyze(problem, x, y, num_levels=4, seed=1)
reference["morris"] = {key: np.asarray(found[key]).tolist() for key in ["mu", "mu_star", "sigma"]}

with open("reference.json", "w") as file:
    json.dump(reference, file, indent=1)
    file.write("\n")
