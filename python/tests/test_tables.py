"""Tables and networks as columns: the numbers of the files, with their units, not copied on the way."""

import csv

import numpy as np
import pandas
import polars
import pyarrow
import pytest

import resprout


def cells(run, name):
    with open(run.folder / name, newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_has_the_numbers_of_its_file_in_every_library(run):
    rows = cells(run, "timeseries.csv")
    table = run.tables["timeseries"]
    assert table.num_rows == len(rows) == len(table)
    expected = [float(row["spines_per_pyramidal"]) for row in rows]
    assert table.to_polars()["spines_per_pyramidal"].to_list() == expected
    assert table.to_pandas()["spines_per_pyramidal"].tolist() == expected
    assert table.to_arrow()["spines_per_pyramidal"].to_pylist() == expected
    assert table.to_numpy("spines_per_pyramidal").tolist() == expected
    assert table.to_arrow()["arm"].to_pylist() == [row["arm"] for row in rows]
    of_arm = sum(row["arm"] == "ketamine" for row in rows)
    assert table.to_polars().filter(polars.col("arm") == "ketamine").height == of_arm > 0


def test_units_and_meanings_come_along(run):
    table = run.tables["timeseries"]
    assert table.units["time_h"] == "h" and table.units["ketamine_ng_per_ml"] == "ng/mL"
    assert table.meanings["spines_per_pyramidal"]
    assert table.to_arrow().schema.field("time_h").metadata[b"unit"] == b"h"
    assert table.to_pandas().attrs["units"]["time_h"] == "h"
    assert set(table.types.values()) == {"text", "integer", "float"}


def test_the_time_series_has_a_dimension_for_arm_network_and_time(run):
    data = run.tables["timeseries"].to_xarray()
    assert data["spines_per_pyramidal"].dims == ("arm", "replicate", "subject", "time_h")
    assert dict(data.sizes)["arm"] == 2 and dict(data.sizes)["replicate"] == 2
    assert data["ketamine_ng_per_ml"].attrs["units"] == "ng/mL" and data["time_h"].attrs["units"] == "h"
    frame = run.tables["timeseries"].to_pandas()
    row = frame[(frame.arm == "ketamine") & (frame.replicate == 1)].iloc[7]
    there = data["bdnf"].sel(arm="ketamine", replicate=1, subject=0, time_h=row.time_h)
    assert there.item() == row.bdnf


def test_every_table_of_a_run_is_read_with_types(run):
    assert {"timeseries", "outcomes", "summary", "dictionary"} <= set(run.tables)
    summary = run.tables["summary"].to_polars()
    assert summary.schema["n"] == polars.Int64 and summary.schema["paired"] == polars.Boolean
    named = run.summary["arms"]["ketamine"]["spine_density_horizon"]
    row = summary.filter((polars.col("arm") == "ketamine") & (polars.col("outcome") == "spine_density_horizon"))
    assert row["mean"].item() == named["mean"] and row["n"].item() == named["n"] == 2
    for name in run.tables:
        table = run.tables[name]
        assert table.to_arrow().num_rows == table.num_rows > 0, name
        assert all(table.meanings.values()), name


def test_parquet_gives_the_same_table(config, run):
    other = resprout.run(config, set={"record.format": "parquet"}, figures=False)
    assert (other.folder / "timeseries.parquet").is_file()
    ours, theirs = run.tables["timeseries"].to_pandas(), other.tables["timeseries"].to_pandas()
    # text keeps nine digits
    pandas.testing.assert_frame_equal(ours, theirs, rtol=1e-8)


def test_a_name_that_is_not_there_is_told_with_those_that_are(run):
    with pytest.raises(KeyError) as refused:
        run.tables["time_series"]
    assert isinstance(refused.value, resprout.InputError) and "timeseries" in refused.value.hint
    assert run.tables.get("time_series") is None and "timeseries" in run.tables
    with pytest.raises(resprout.NotThere, match="F99"):
        run.figure("F99")
    with pytest.raises(resprout.NotThere, match="vehicles"):
        run.network(0, arm="vehicles")
    with pytest.raises(resprout.NotThere, match="nothing"):
        run.tables["timeseries"].to_numpy("nothing")


def test_connections_are_columns_that_neurons_explain(run):
    net = run.network(at="2 d", arm="ketamine")
    neurons = net.neurons.to_polars()
    assert net.populations == ["pyr", "pv", "sst"] and neurons.height == 200 and net.time_h == pytest.approx(48.0)
    every = net.connections().to_polars()
    assert every.columns == ["source", "target", "size", "mature", "tagged", "born_h"]
    population = neurons["population"].cast(polars.String).to_numpy()
    some = net.connections(source="pv", target="pyr").to_polars()
    of = (population[every["source"].to_numpy()] == "pv") & (population[every["target"].to_numpy()] == "pyr")
    assert some.height == of.sum() and 0 < every.height
    assert some["target"].to_list() == every.filter(polars.Series(of))["target"].to_list()
    for source in net.populations:
        net.connections(source=source)
    with pytest.raises(resprout.InputError) as refused:
        net.connections(source="pvv")
    assert "pv" in refused.value.hint


def test_networks_are_found_by_any_word_for_their_instant(run):
    from datetime import timedelta

    there = [run.network(at=at, arm="ketamine", replicate=1).time_h for at in ("2 d", 48, 48.0, timedelta(days=2))]
    assert there == [48.0] * 4
    assert run.network(at=0).arm == "shared" and run.network_times("ketamine") == [0.0, 48.0]
    with pytest.raises(resprout.InputError) as refused:
        run.network(at="1 d", arm="ketamine")
    assert "2 d" in refused.value.hint or "48 h" in refused.value.hint
    for wrong in (float("nan"), float("inf"), 1e300, "2 parsecs", "", "2"):
        with pytest.raises(resprout.InputError):
            run.network(at=wrong, arm="ketamine")
    for wrong in (None, [], {}, True):
        with pytest.raises(TypeError):
            run.network(at=wrong, arm="ketamine")


def buffers_of(table):
    return {buffer.address for column in table.columns for chunk in column.chunks for buffer in chunk.buffers() if buffer}


def test_numbers_are_handed_over_and_not_copied(run):
    table = run.network(at="2 d", arm="ketamine").connections()
    first, second = table.to_arrow(), table.to_arrow()
    assert buffers_of(first) == buffers_of(second)
    frame = table.to_polars()
    for name in ("source", "target", "size", "born_h"):
        ours = first[name].chunk(0).buffers()[1].address
        assert frame[name].to_arrow().buffers()[1].address == ours, name
    head = table.head(5)
    assert head.num_rows == 5 and buffers_of(head.to_arrow()) <= buffers_of(first)
    # what was handed over outlives the table
    del table, head, second
    assert first["size"].to_pylist() == frame["size"].to_list()


def test_a_stream_is_read_once_for_each_call_and_by_type_only(run):
    table = run.tables["summary"]
    assert pyarrow.schema(table).names == table.column_names
    reader = pyarrow.RecordBatchReader.from_stream(table)
    assert reader.read_all().num_rows == table.num_rows
    assert pyarrow.table(table).num_rows == table.num_rows


def test_notebooks_show_runs_figures_and_tables(run):
    html = run._repr_html_()
    assert html.count("<svg") == 2 and "ketamine" in html and "not medical advice" in html and "<?xml" not in html
    figure = run.figure("f03")
    assert figure._repr_svg_().startswith(("<?xml", "<svg")) and figure.png[:4] == b"\x89PNG" and "F03" in figure.caption
    assert figure.data.num_rows > 0 and "<table>" in figure.data._repr_html_()
    assert "F03" in run.figures
    assert "rows" in repr(run.tables["summary"]) and "complete" in repr(run)


def test_a_figure_is_saved_by_its_ending(run, tmp_path):
    figure = run.figure("F03")
    assert figure.save(tmp_path / "a.svg").read_text() == figure.svg
    assert figure.save(str(tmp_path / "a.png")).read_bytes() == figure.png
    with pytest.raises(resprout.NotThere, match="pdf"):
        figure.save(tmp_path / "a.pdf")


def test_arrays_keep_their_types(run):
    table = run.tables["timeseries"]
    assert table.to_numpy("replicate").dtype == np.int64 and table.to_numpy("bdnf").dtype == np.float64
    assert table.to_numpy("arm").dtype == object
