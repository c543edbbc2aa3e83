//! Which points a study has: a design gives every factor a value at every point.

use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::factor::{Factor, Level};
use super::sensitivity::morris;
use super::statement::{DesignTable, Method};
use crate::configuration::document::{KeyPath, at};
use crate::foundation::diagnostics::{Diagnostic, codes};
use crate::foundation::random::{Purpose, Seed};

/// A fault in a design: at which key of the study file, and the message.
pub(super) type DesignFault = (KeyPath, Diagnostic);

/// So many points a Sobol sequence has here, and so many dimensions.
const SOBOL_POINTS: u32 = 1 << 16;
const SOBOL_DIMENSIONS: usize = 256;
/// More points than this are no study but an error in a grid.
const MOST_POINTS: usize = 1_000_000;

/// The points of a design: a level of each factor. The table of a `table` design is `kept` if that is given, else in
/// `folder`.
pub(super) fn points(
    table: &DesignTable,
    factors: &[Factor],
    folder: &Path,
    kept: Option<&Path>,
) -> Result<Vec<Vec<Level>>, DesignFault> {
    let at_method = at!["design", "method"];
    let refuse = |at: KeyPath, label: String| Err((at, Diagnostic::new(&codes::STUDY_DESIGN, label)));
    let name: &str = table.method.into();
    let is_listed = matches!(table.method, Method::Grid | Method::List);
    if table.method.takes_points() != table.points.is_some() {
        return match table.points {
            None => refuse(at_method, format!("a `{name}` design needs `points`")),
            Some(_) => refuse(at!["design", "points"], format!("a `{name}` design has as many points as it lists")),
        };
    }
    if (table.method == Method::Table) != table.file.is_some() {
        let label =
            if table.file.is_some() { "`file` belongs to a `table` design" } else { "a `table` design needs `file`" };
        return refuse(at!["design"], label.to_owned());
    }
    for (index, factor) in factors.iter().enumerate() {
        let here = at!["factor", index];
        if is_listed && factor.listed.is_empty() {
            return refuse(here, format!("a `{name}` design needs `values`"));
        }
        if table.points.is_some() && factor.drawn.is_none() && factor.listed.is_empty() {
            return refuse(here, "there is nothing to draw from: state `values`, or `from` and `to`".to_owned());
        }
    }
    match table.method {
        Method::Grid => {
            let count = factors.iter().fold(1_usize, |count, factor| count.saturating_mul(factor.listed.len()));
            if count > MOST_POINTS {
                return refuse(at_method, format!("the grid has {count} points; at most {MOST_POINTS} are taken"));
            }
            Ok(grid(factors))
        }
        Method::List => {
            let lengths: Vec<usize> = factors.iter().map(|factor| factor.listed.len()).collect();
            if let Some(other) = lengths.iter().position(|length| *length != lengths[0]) {
                let label = format!("{} values, but `{}` lists {}", lengths[other], factors[0].name, lengths[0]);
                return refuse(at!["factor", other, "values"], label);
            }
            let point = |i: usize| factors.iter().map(|factor| factor.listed[i].clone()).collect();
            let points: Vec<Vec<Level>> = (0..lengths[0]).map(point).collect();
            match (1..points.len()).find(|&i| points[..i].contains(&points[i])) {
                Some(i) => refuse(at!["factor", 0, "values", i], "this point stands here twice".to_owned()),
                None => Ok(points),
            }
        }
        Method::Table => from_file(
            &kept.map_or_else(|| folder.join(table.file.as_deref().unwrap_or_default()), Path::to_path_buf),
            factors,
        )
        .map_err(|label| (at!["design", "file"], Diagnostic::new(&codes::STUDY_TABLE, label))),
        _ => {
            let (n, k) = (table.points.unwrap_or(0), factors.len());
            let dimensions = if table.method == Method::Saltelli { 2 * k } else { k };
            let is_sequence = matches!(table.method, Method::Sobol | Method::Saltelli);
            if is_sequence && (n > SOBOL_POINTS || dimensions > SOBOL_DIMENSIONS) {
                let most = SOBOL_DIMENSIONS * k / dimensions;
                let label = format!("a `{name}` design has at most {SOBOL_POINTS} `points` and {most} factors here");
                return refuse(at!["design", "points"], label);
            }
            let unit = match table.method {
                Method::Saltelli => saltelli(n, k, table.seed),
                Method::Morris => morris::trajectories(n, k, table.seed),
                method => unit_cube(method, n, k, table.seed),
            };
            if unit.len() > MOST_POINTS {
                let label = format!("the design has {} points; at most {MOST_POINTS} are taken", unit.len());
                return refuse(at!["design", "points"], label);
            }
            Ok(unit
                .into_iter()
                .map(|point| point.iter().zip(factors).map(|(&u, factor)| drawn(factor, u)).collect())
                .collect())
        }
    }
}

fn grid(factors: &[Factor]) -> Vec<Vec<Level>> {
    factors.iter().fold(vec![Vec::new()], |points, factor| {
        let with = |point: &Vec<Level>| {
            let point = point.clone();
            factor.listed.iter().map(move |level| point.iter().cloned().chain([level.clone()]).collect())
        };
        points.iter().flat_map(with).collect()
    })
}

/// The level of `factor` at the share `u` of its distribution; of listed values, each is as likely as any other.
pub(super) fn drawn(factor: &Factor, u: f64) -> Level {
    if let Some(drawn) = &factor.drawn {
        return Level::Number(drawn.quantile(u));
    }
    let index = (u * factor.listed.len() as f64) as usize;
    factor.listed[index.min(factor.listed.len() - 1)].clone()
}

/// Base samples of a Sobol sequence: A, then A with each factor in turn from B, then B; the order of SALib.
fn saltelli(n: u32, factors: usize, seed: u64) -> Vec<Vec<f64>> {
    let with = |both: Vec<f64>| {
        let (a, b) = (both[..factors].to_vec(), both[factors..].to_vec());
        let mixed = |factor: usize| {
            let mut point = a.clone();
            point[factor] = b[factor];
            point
        };
        std::iter::once(a.clone()).chain((0..factors).map(mixed)).chain([b.clone()]).collect::<Vec<_>>()
    };
    unit_cube(Method::Sobol, n, 2 * factors, seed).into_iter().flat_map(with).collect()
}

/// `n` points of the unit cube of `dimensions`, each coordinate in [0, 1).
#[must_use]
pub(super) fn unit_cube(method: Method, n: u32, dimensions: usize, seed: u64) -> Vec<Vec<f64>> {
    let uniform = |point: u32, dimension: usize| f64::from(draw(seed, point, dimension));
    if method == Method::Sobol {
        // the two halves of the seed scramble twice over: each alone has too few bits to tell all seeds apart
        let scramble = (seed ^ (seed >> 32)) as u32;
        let of =
            |point: u32| (0..dimensions).map(|d| f64::from(sobol_burley::sample(point, d as u32, scramble))).collect();
        return (0..n).map(of).collect();
    }
    let slices: Vec<Vec<u32>> = (0..dimensions).map(|dimension| permutation(n, dimension, seed)).collect();
    let of = |point: u32| {
        let coordinate = |dimension: usize| match method {
            Method::LatinHypercube => {
                (f64::from(slices[dimension][point as usize]) + uniform(point, dimension)) / f64::from(n)
            }
            _ => uniform(point, dimension),
        };
        (0..dimensions).map(coordinate).collect()
    };
    (0..n).map(of).collect()
}

fn draw(seed: u64, point: u32, dimension: usize) -> f32 {
    Seed(seed).draws(Purpose::Design, dimension as u64, point).uniform()
}

/// An order of the numbers below `n`, drawn after Fisher and Yates.
fn permutation(n: u32, dimension: usize, seed: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).collect();
    let mut draws = Seed(seed).draws(Purpose::DesignOrder, dimension as u64, 0);
    for last in (1..n).rev() {
        order.swap(last as usize, draws.below(last + 1) as usize);
    }
    order
}

/// Points from a file: a column for each factor, by its name; other columns are left alone.
fn from_file(path: &Path, factors: &[Factor]) -> Result<Vec<Vec<Level>>, String> {
    let shown = path.display();
    let found = std::fs::metadata(path).map_err(|error| format!("`{shown}`: {error}"))?;
    if !found.is_file() || found.len() > LARGEST_TABLE {
        let most = LARGEST_TABLE / 1_000_000;
        return Err(format!("`{shown}` is no plain file of at most {most} MB"));
    }
    let (header, rows) = if path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("parquet")) {
        parquet_rows(path).map_err(|error| format!("`{shown}`: {error}"))?
    } else {
        csv_rows(path).map_err(|error| format!("`{shown}`: {error}"))?
    };
    let mut places = Vec::new();
    for factor in factors {
        if header.iter().filter(|name| **name == factor.name).count() > 1 {
            return Err(format!("`{shown}` has more than one column `{}`", factor.name));
        }
        let place = header.iter().position(|name| *name == factor.name);
        let listed = || header.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        places.push(place.ok_or_else(|| format!("`{shown}` has no column `{}`; it has {}", factor.name, listed()))?);
    }
    let mut points = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let level = |(factor, &place): (&Factor, &usize)| {
            let cell = row.get(place).map_or("", String::as_str);
            factor.parse(cell).map_err(|error| format!("`{shown}`, row {}, `{}`: {error}", index + 1, factor.name))
        };
        points.push(factors.iter().zip(&places).map(level).collect::<Result<_, _>>()?);
    }
    Ok(points)
}

/// The largest table of points that is read, in bytes.
const LARGEST_TABLE: u64 = 1 << 30;

type Rows = (Vec<String>, Vec<Vec<String>>);

fn csv_rows(path: &Path) -> Result<Rows, String> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| error.to_string())?;
    let header =
        reader.headers().map_err(|error| error.to_string())?.iter().map(|name| name.trim().to_owned()).collect();
    let rows: Result<Vec<Vec<String>>, csv::Error> =
        reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect())).collect();
    Ok((header, rows.map_err(|error| error.to_string())?))
}

/// Why Parquet is not read, in words of a person who wrote it.
fn unread(error: &ParquetError) -> String {
    let said = error.to_string();
    if said.contains("Disabled feature") {
        return "its compression is not read here: write it with snappy or none, or as CSV".to_owned();
    }
    said
}

fn parquet_rows(path: &Path) -> Result<Rows, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let reader = SerializedFileReader::new(file).map_err(|error| error.to_string())?;
    let schema = reader.metadata().file_metadata().schema();
    let header = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
    let mut rows = Vec::new();
    for row in reader.get_row_iter(None).map_err(|error| unread(&error))? {
        let row = row.map_err(|error| unread(&error))?;
        let cell = |field: &Field| match field {
            Field::Null => String::new(),
            Field::Str(text) => text.clone(),
            Field::Double(value) => format!("{value:?}"),
            Field::Float(value) => format!("{value:?}"),
            other => other.to_string(),
        };
        rows.push(row.get_column_iter().map(|(_, field)| cell(field)).collect());
    }
    Ok((header, rows))
}
