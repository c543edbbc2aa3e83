//! The network at one instant, as a pair of Parquet files.
//!
//! The bytes are a function of the content alone: no timestamps, a fixed writer name, row groups of a
//! fixed size. Synapses are written chunk by chunk, so a large network never stands in memory twice.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, FloatType, Int32Type};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, TypePtr};

use super::parquet_tables::{OpenedParquet, put, refused};
use crate::foundation::error::{Error, Result};
use crate::foundation::time::Time;
use crate::recording::tables;

/// The arm name of snapshots taken before the arms branch.
pub const SHARED: &str = "shared";

const NEURON_SCHEMA: &str = "message neurons {
    required int32 neuron (INTEGER(32, false));
    required binary population (STRING);
    required float x_um;
    required float y_um;
    required float z_um;
    required float rate_hz;
    required int32 spines (INTEGER(32, false));
    required float trkb;
}";

const SYNAPSE_SCHEMA: &str = "message synapses {
    required int32 post (INTEGER(32, false));
    required int32 pre (INTEGER(32, false));
    required float size;
    required boolean mature;
    required boolean tagged;
    required float born_h;
}";

/// Neurons in the order of their stable id, which is their index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NeuronTable {
    /// Names of the populations.
    pub populations: Vec<String>,
    /// Index into `populations`.
    pub population: Vec<u8>,
    /// Position of the soma, in micrometres: x, y, z.
    pub position_um: Vec<[f32; 3]>,
    /// Firing rate, in hertz.
    pub rate_hz: Vec<f32>,
    /// Standing spines; zero for interneurons.
    pub spines: Vec<u32>,
    /// TrkB activation relative to the unstressed baseline.
    pub trkb: Vec<f32>,
}

impl NeuronTable {
    /// The number of neurons.
    #[must_use]
    pub fn len(&self) -> usize {
        self.population.len()
    }

    /// Whether there is no neuron.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.population.is_empty()
    }
}

/// Synapses in the order of their postsynaptic neuron.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SynapseTable {
    /// Postsynaptic neuron.
    pub post: Vec<u32>,
    /// Presynaptic neuron.
    pub pre: Vec<u32>,
    /// Size, in the model's arbitrary units.
    pub size: Vec<f32>,
    /// Whether the spine has matured.
    pub mature: Vec<bool>,
    /// Whether complement has tagged it.
    pub tagged: Vec<bool>,
    /// Birth, in hours since the end of the burn-in, to the nearest 6 h.
    pub born_h: Vec<f32>,
}

impl SynapseTable {
    /// The number of synapses.
    #[must_use]
    pub fn len(&self) -> usize {
        self.post.len()
    }

    /// Whether there is no synapse.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.post.is_empty()
    }

    /// Forgets the rows and keeps the memory, for the next chunk.
    pub fn clear(&mut self) {
        self.post.clear();
        self.pre.clear();
        self.size.clear();
        self.mature.clear();
        self.tagged.clear();
        self.born_h.clear();
    }
}

/// The network at one instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkSnapshot {
    /// The neurons.
    pub neurons: NeuronTable,
    /// The synapses.
    pub synapses: SynapseTable,
}

/// Which snapshot of a run: the part of the file names after `neurons_` and `synapses_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotId {
    /// The arm, or [`SHARED`].
    pub arm: String,
    /// Independent network, counted from 0.
    pub replicate: u32,
    /// When it was taken.
    pub time: Time,
}

impl SnapshotId {
    /// File name of the neurons, within `network/`.
    #[must_use]
    pub fn neurons_file(&self) -> String {
        format!("neurons_{}.parquet", self.stem())
    }

    /// File name of the synapses, within `network/`.
    #[must_use]
    pub fn synapses_file(&self) -> String {
        format!("synapses_{}.parquet", self.stem())
    }

    fn stem(&self) -> String {
        format!("{}_r{}_t{}h", self.arm, self.replicate, tables::hours(self.time))
    }

    /// The snapshot whose neurons are in a file of this name.
    #[must_use]
    pub fn from_neurons_file(name: &str) -> Option<Self> {
        Self::from_stem(name.strip_prefix("neurons_")?)
    }

    /// The snapshot a part of which is in a file of this name.
    #[must_use]
    pub fn from_file(name: &str) -> Option<Self> {
        let id = Self::from_stem(name.split_once('_')?.1)?;
        // a name that merely resembles one is none
        [id.neurons_file(), id.synapses_file()].iter().any(|file| file == name).then_some(id)
    }

    fn from_stem(stem: &str) -> Option<Self> {
        let stem = stem.strip_suffix("h.parquet")?;
        let (rest, hours) = stem.rsplit_once("_t")?;
        let (arm, replicate) = rest.rsplit_once("_r")?;
        let time = Time::from_hours(hours.parse().ok()?);
        Some(Self { arm: arm.to_owned(), replicate: replicate.parse().ok()?, time })
    }
}

impl NetworkSnapshot {
    /// Writes the neurons as Parquet.
    pub fn write_neurons<W: Write + Send>(neurons: &NeuronTable, target: W) -> Result<W> {
        let names: Vec<ByteArray> = neurons.populations.iter().map(|name| name.as_str().into()).collect();
        let mut file = SerializedFileWriter::new(target, schema(NEURON_SCHEMA)?, properties()).map_err(refused)?;
        let mut group = file.next_row_group().map_err(refused)?;
        put::<Int32Type>(&mut group, (0..neurons.len()).map(|id| id as i32))?;
        put::<ByteArrayType>(&mut group, neurons.population.iter().map(|&index| names[usize::from(index)].clone()))?;
        for axis in 0..3 {
            put::<FloatType>(&mut group, neurons.position_um.iter().map(|position| position[axis]))?;
        }
        put::<FloatType>(&mut group, neurons.rate_hz.iter().copied())?;
        put::<Int32Type>(&mut group, neurons.spines.iter().map(|&count| count as i32))?;
        put::<FloatType>(&mut group, neurons.trkb.iter().copied())?;
        group.close().map_err(refused)?;
        file.into_inner().map_err(refused)
    }

    /// Reads both files of a snapshot back.
    pub fn read(neurons: &Path, synapses: &Path) -> Result<Self> {
        Ok(Self { neurons: read_neurons(neurons)?, synapses: read_synapses(synapses)? })
    }
}

/// Writes synapses as Parquet, one row group per chunk.
pub struct SynapseWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
}

impl<W: Write + Send> SynapseWriter<W> {
    /// An empty file.
    pub fn new(target: W) -> Result<Self> {
        Ok(Self { file: SerializedFileWriter::new(target, schema(SYNAPSE_SCHEMA)?, properties()).map_err(refused)? })
    }

    /// Appends one row group. Chunks of about a million rows compress well.
    pub fn write(&mut self, chunk: &SynapseTable) -> Result<()> {
        let mut group = self.file.next_row_group().map_err(refused)?;
        put::<Int32Type>(&mut group, chunk.post.iter().map(|&id| id as i32))?;
        put::<Int32Type>(&mut group, chunk.pre.iter().map(|&id| id as i32))?;
        put::<FloatType>(&mut group, chunk.size.iter().copied())?;
        put::<BoolType>(&mut group, chunk.mature.iter().copied())?;
        put::<BoolType>(&mut group, chunk.tagged.iter().copied())?;
        put::<FloatType>(&mut group, chunk.born_h.iter().copied())?;
        group.close().map_err(refused).map(drop)
    }

    /// Writes the footer and hands the target back.
    pub fn finish(self) -> Result<W> {
        self.file.into_inner().map_err(refused)
    }
}

fn schema(text: &str) -> Result<TypePtr> {
    parse_message_type(text).map(Arc::new).map_err(refused)
}

fn properties() -> WriterPropertiesPtr {
    // Sizes and positions are all different, so a dictionary of them would be larger than they are.
    let raw = ["x_um", "y_um", "z_um", "rate_hz", "trkb", "size"];
    let builder = WriterProperties::builder()
        .set_created_by("resprout".to_owned())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(None);
    let builder = ["post", "neuron"].into_iter().fold(builder, |builder, name| {
        builder
            .set_column_dictionary_enabled(ColumnPath::from(name), false)
            .set_column_encoding(ColumnPath::from(name), Encoding::DELTA_BINARY_PACKED)
    });
    let builder = raw
        .into_iter()
        .fold(builder, |builder, name| builder.set_column_dictionary_enabled(ColumnPath::from(name), false));
    Arc::new(builder.build())
}

fn read_neurons(path: &Path) -> Result<NeuronTable> {
    let file = opened(path, NEURON_SCHEMA)?;
    let mut table = NeuronTable::default();
    for name in file.column::<ByteArrayType>(1)? {
        let name = name.as_utf8().map_err(|error| file.damaged(&error))?;
        let index = table.populations.iter().position(|known| known == name).unwrap_or_else(|| {
            table.populations.push(name.to_owned());
            table.populations.len() - 1
        });
        table.population.push(index as u8);
    }
    let axis = |column| file.column::<FloatType>(column);
    table.position_um = axis(2)?.into_iter().zip(axis(3)?).zip(axis(4)?).map(|((x, y), z)| [x, y, z]).collect();
    table.rate_hz = file.column::<FloatType>(5)?;
    table.spines = file.column::<Int32Type>(6)?.into_iter().map(|count| count as u32).collect();
    table.trkb = file.column::<FloatType>(7)?;
    Ok(table)
}

fn read_synapses(path: &Path) -> Result<SynapseTable> {
    let file = opened(path, SYNAPSE_SCHEMA)?;
    Ok(SynapseTable {
        post: file.column::<Int32Type>(0)?.into_iter().map(|id| id as u32).collect(),
        pre: file.column::<Int32Type>(1)?.into_iter().map(|id| id as u32).collect(),
        size: file.column::<FloatType>(2)?,
        mature: file.column::<BoolType>(3)?,
        tagged: file.column::<BoolType>(4)?,
        born_h: file.column::<FloatType>(5)?,
    })
}

/// Opens a file whose schema must be the one expected.
fn opened<'a>(path: &'a Path, expected: &str) -> Result<OpenedParquet<'a>> {
    let file = OpenedParquet::new(path)?;
    if file.schema() != schema(expected)?.as_ref() {
        return Err(Error::Input(format!("error: {} does not have the columns of a snapshot", path.display())));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> NetworkSnapshot {
        let n = 50_u32;
        let neurons = NeuronTable {
            populations: vec!["pyr".into(), "pv".into()],
            population: (0..n).map(|id| u8::from(id % 5 == 4)).collect(),
            position_um: (0..n).map(|id| [id as f32 * 1.5, -0.25, f32::MIN_POSITIVE]).collect(),
            rate_hz: (0..n).map(|id| id as f32 / 7.0).collect(),
            spines: (0..n).collect(),
            trkb: vec![1.0; 50],
        };
        let m = 1_000_u32;
        let synapses = SynapseTable {
            post: (0..m).map(|i| i / 20).collect(),
            pre: (0..m).map(|i| i.wrapping_mul(2_654_435_761)).collect(),
            size: (0..m).map(|i| (i as f32).sqrt()).collect(),
            mature: (0..m).map(|i| i % 3 == 0).collect(),
            tagged: (0..m).map(|i| i % 5 == 0).collect(),
            born_h: (0..m).map(|i| -168.0 + 6.0 * (i % 90) as f32).collect(),
        };
        NetworkSnapshot { neurons, synapses }
    }

    fn write(snapshot: &NetworkSnapshot) -> (Vec<u8>, Vec<u8>) {
        let neurons = NetworkSnapshot::write_neurons(&snapshot.neurons, Vec::new()).unwrap();
        let mut writer = SynapseWriter::new(Vec::new()).unwrap();
        let mut later = snapshot.synapses.clone();
        let first = SynapseTable {
            post: later.post.drain(..300).collect(),
            pre: later.pre.drain(..300).collect(),
            size: later.size.drain(..300).collect(),
            mature: later.mature.drain(..300).collect(),
            tagged: later.tagged.drain(..300).collect(),
            born_h: later.born_h.drain(..300).collect(),
        };
        writer.write(&first).unwrap();
        writer.write(&later).unwrap();
        (neurons, writer.finish().unwrap())
    }

    #[test]
    fn a_snapshot_survives_the_files_and_is_written_with_the_same_bytes_each_time() {
        let snapshot = example();
        let (neurons, synapses) = write(&snapshot);
        assert_eq!((neurons.clone(), synapses.clone()), write(&snapshot));
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().join("n.parquet"), folder.path().join("s.parquet")];
        std::fs::write(&paths[0], neurons).unwrap();
        std::fs::write(&paths[1], synapses).unwrap();
        assert_eq!(NetworkSnapshot::read(&paths[0], &paths[1]).unwrap(), snapshot);
        let swapped = NetworkSnapshot::read(&paths[1], &paths[0]).unwrap_err();
        assert!(swapped.to_string().contains("does not have the columns"), "{swapped}");
    }

    #[test]
    fn a_file_name_tells_arm_replicate_and_time() {
        for (arm, hours) in [("single", 528.0), ("two_t_arms_r2", -168.0), (SHARED, 504.5)] {
            let id = SnapshotId { arm: arm.to_owned(), replicate: 3, time: Time::from_hours(hours) };
            assert_eq!(SnapshotId::from_neurons_file(&id.neurons_file()), Some(id));
        }
        let id = SnapshotId { arm: "single".to_owned(), replicate: 0, time: Time::DAY };
        assert_eq!(id.synapses_file(), "synapses_single_r0_t24h.parquet");
        assert_eq!(SnapshotId::from_neurons_file("synapses_single_r0_t24h.parquet"), None);
    }
}
