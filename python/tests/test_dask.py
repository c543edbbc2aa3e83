"""The Simulator mapped over Dask: other processes, other divisions, the same numbers; a worker that is killed is no end."""

import os
import signal

import numpy as np
import pytest

import resprout

from conftest import CONFIG

distributed = pytest.importorskip("distributed")

THETA = np.array([[0.8, 0.5], [0.4, 1.0], [np.nan, 1.0], [0.6, 0.2], [0.8, 0.6]])


@pytest.fixture(scope="module")
def simulator():
    parameters = ["stress.0.level", "arm.ketamine.doses.0.amt"]
    small = {"network.neurons": 100, "run.replicates": 1}
    return resprout.Simulator(CONFIG, parameters, ["spine_density_horizon[ketamine]"], set=small, seed=5, threads=1)


@pytest.fixture(scope="module")
def client():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            yield client


def test_blocks_of_points_give_what_all_give_at_once(simulator, client):
    import dask.array

    theta = dask.array.from_array(THETA, chunks=(2, 2))
    far = theta.map_blocks(simulator, chunks=((2, 2, 1), (1,)), dtype=float, meta=np.empty((0, 0))).compute()
    np.testing.assert_array_equal(far, simulator(THETA))
    assert np.isnan(far[:, 0]).tolist() == [False, False, True, False, False]


def dies_once(simulator, point, marker):
    if not os.path.exists(marker):
        open(marker, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return simulator(point)


def test_a_worker_that_is_killed_is_an_exception_or_done_again(simulator, client, tmp_path):
    done = client.submit(dies_once, simulator, THETA[0], str(tmp_path / "again"), retries=2)
    np.testing.assert_array_equal(done.result(timeout=120), simulator(THETA[0]))


def refuses(simulator):
    return simulator([[1.0]])


def test_an_exception_of_a_worker_arrives_whole(simulator, client):
    with pytest.raises(resprout.InputError) as refused:
        client.submit(refuses, simulator, retries=0).result(timeout=60)
    assert "shape" in str(refused.value) and refused.value.faults[0].hint
