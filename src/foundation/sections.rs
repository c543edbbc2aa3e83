//! Named sections in one file, each followed by a checksum.
//!
//! A file begins with a mark that says what it is, in which version of the format and in which byte order.
//! Sections follow, in the order in which they are written; they are read in the same order, by the same
//! names. The checksum (BLAKE3) after a section covers everything before it, so that a byte that changed, a
//! section that is missing and a file that was cut short are all found. Content is streamed: it is never
//! held in memory as a whole, and large pieces go from where they stand to the file and back without a copy.

use std::io::{self, ErrorKind, Read, Write};

use blake3::Hasher;

/// What the file is.
const MARK: [u8; 8] = *b"resprout";
/// Version of the format.
const VERSION: u32 = 1;
/// Reads as itself in the byte order of the machine that wrote it only.
const BYTE_ORDER: u32 = 0x0102_0304;
/// Small pieces are collected up to this size.
const CHUNK: usize = 1 << 16;
/// Pieces of at least this size are hashed by all threads of the pool together.
const HASHED_TOGETHER: usize = 1 << 18;
/// Name of the section that ends a file.
const END: &str = "end";

/// Writes sections.
pub struct SectionWriter<W: Write> {
    target: W,
    hasher: Hasher,
    /// What was written to the section and waits to become a chunk.
    waiting: Vec<u8>,
}

impl<W: Write> SectionWriter<W> {
    /// Begins a file.
    pub fn begin(target: W) -> io::Result<Self> {
        let mut writer = Self { target, hasher: Hasher::new(), waiting: Vec::with_capacity(CHUNK) };
        writer.put(&MARK)?;
        writer.put(&VERSION.to_le_bytes())?;
        writer.put(&BYTE_ORDER.to_ne_bytes())?;
        Ok(writer)
    }

    /// Writes a section: `fill` writes its content.
    pub fn section(&mut self, name: &str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let length = u16::try_from(name.len()).map_err(io::Error::other)?;
        self.put(&length.to_le_bytes())?;
        self.put(name.as_bytes())?;
        fill(&mut ContentWriter(self))?;
        self.empty()?;
        self.put(&0_u32.to_le_bytes())?;
        // the checksum is no part of what the next one covers
        self.target.write_all(self.hasher.finalize().as_bytes())
    }

    /// Ends the file.
    pub fn end(mut self) -> io::Result<()> {
        self.section(END, |_| Ok(()))?;
        self.target.flush()
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        take_in(&mut self.hasher, bytes);
        self.target.write_all(bytes)
    }

    fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(u32::MAX as usize) {
            self.put(&(piece.len() as u32).to_le_bytes())?;
            self.put(piece)?;
        }
        Ok(())
    }

    /// Writes what waits as a chunk.
    fn empty(&mut self) -> io::Result<()> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let outcome = self.chunk(&waiting);
        waiting.clear();
        self.waiting = waiting;
        outcome
    }
}

fn take_in(hasher: &mut Hasher, bytes: &[u8]) {
    if bytes.len() < HASHED_TOGETHER {
        hasher.update(bytes);
    } else {
        hasher.update_rayon(bytes);
    }
}

/// The content of the section that is being written.
struct ContentWriter<'a, W: Write>(&'a mut SectionWriter<W>);

impl<W: Write> Write for ContentWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.waiting.len() + bytes.len() > CHUNK {
            self.0.empty()?;
        }
        if bytes.len() > CHUNK {
            self.0.chunk(bytes)?;
        } else {
            self.0.waiting.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads sections.
///
/// Whatever does not stand in the file as it was written is an error of kind [`ErrorKind::InvalidData`], a
/// file that ends too early one of kind [`ErrorKind::UnexpectedEof`]; see [`is_damage`].
pub struct SectionReader<R: Read> {
    source: R,
    hasher: Hasher,
    /// Bytes left in the present chunk.
    left: usize,
    /// Whether the section's last chunk has been read.
    exhausted: bool,
}

impl<R: Read> SectionReader<R> {
    /// Opens a file.
    pub fn open(source: R) -> io::Result<Self> {
        let mut reader = Self { source, hasher: Hasher::new(), left: 0, exhausted: false };
        let mut mark = MARK;
        reader.get(&mut mark)?;
        if mark != MARK {
            return Err(damage("it does not begin as one"));
        }
        let version = reader.word()?;
        if version != VERSION {
            return Err(damage(format!("its format is version {version}, this program's is {VERSION}")));
        }
        let mut order = [0; 4];
        reader.get(&mut order)?;
        if order != BYTE_ORDER.to_ne_bytes() {
            return Err(damage("it was written on a machine with another byte order"));
        }
        Ok(reader)
    }

    /// Reads the next section, which must be called `name`: `take` reads its content, all of it.
    pub fn section<T>(&mut self, name: &str, take: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        let found = self.name()?;
        if found != name {
            return Err(damage(format!("section `{found}` stands where `{name}` belongs")));
        }
        let outcome = take(&mut ContentReader(self));
        if outcome.is_ok() && !self.is_at_end()? {
            return Err(damage(format!("section `{name}` is longer than what belongs into it")));
        }
        let taken = outcome?;
        self.check(name)?;
        Ok(taken)
    }

    /// Reads to the end of the file and checks every checksum on the way.
    pub fn verify(mut self) -> io::Result<()> {
        let mut sink = vec![0; 1 << 20];
        loop {
            let name = self.name()?;
            while ContentReader(&mut self).read(&mut sink)? > 0 {}
            self.check(&name)?;
            if name == END {
                return self.nothing_follows();
            }
        }
    }

    /// Reads the end of the file.
    pub fn end(mut self) -> io::Result<()> {
        self.section(END, |_| Ok(()))?;
        self.nothing_follows()
    }

    fn nothing_follows(&mut self) -> io::Result<()> {
        if self.source.read(&mut [0])? == 0 { Ok(()) } else { Err(damage("something follows its end")) }
    }

    /// The name of the section that begins here.
    fn name(&mut self) -> io::Result<String> {
        let mut length = [0; 2];
        self.get(&mut length)?;
        let mut name = vec![0; usize::from(u16::from_le_bytes(length))];
        self.get(&mut name)?;
        (self.left, self.exhausted) = (0, false);
        String::from_utf8(name).map_err(|_| damage("a section's name is not text"))
    }

    fn check(&mut self, name: &str) -> io::Result<()> {
        let mut sum = [0; blake3::OUT_LEN];
        self.source.read_exact(&mut sum)?;
        // compared in constant time, which does no harm
        if self.hasher.finalize() == sum {
            Ok(())
        } else {
            Err(damage(format!("checksum of section `{name}` is wrong")))
        }
    }

    /// Whether the content of the section has been read.
    fn is_at_end(&mut self) -> io::Result<bool> {
        while self.left == 0 && !self.exhausted {
            self.left = self.word()? as usize;
            self.exhausted = self.left == 0;
        }
        Ok(self.left == 0)
    }

    fn word(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.get(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn get(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.source.read_exact(bytes)?;
        take_in(&mut self.hasher, bytes);
        Ok(())
    }
}

/// The content of the section that is being read.
struct ContentReader<'a, R: Read>(&'a mut SectionReader<R>);

impl<R: Read> Read for ContentReader<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if bytes.is_empty() || self.0.is_at_end()? {
            return Ok(0);
        }
        let length = bytes.len().min(self.0.left);
        self.0.get(&mut bytes[..length])?;
        self.0.left -= length;
        Ok(length)
    }
}

fn damage(what: impl Into<String>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what.into())
}

/// Whether an error says that the content is not as it was written; otherwise the disk refused to read.
#[must_use]
pub fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(sections: &[Vec<Vec<u8>>]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut writer = SectionWriter::begin(&mut file).unwrap();
        for (index, pieces) in sections.iter().enumerate() {
            let fill = |into: &mut dyn Write| pieces.iter().try_for_each(|piece| into.write_all(piece));
            writer.section(&format!("section {index}"), fill).unwrap();
        }
        writer.end().unwrap();
        file
    }

    fn read(file: &[u8], sections: usize) -> io::Result<Vec<Vec<u8>>> {
        let mut reader = SectionReader::open(file)?;
        let mut contents = Vec::new();
        for index in 0..sections {
            contents.push(reader.section(&format!("section {index}"), |from| {
                let mut content = Vec::new();
                from.read_to_end(&mut content)?;
                Ok(content)
            })?);
        }
        reader.end()?;
        Ok(contents)
    }

    /// Pieces below, at and above the sizes at which they are collected or hashed by all threads.
    fn sizes() -> impl Strategy<Value = usize> {
        prop_oneof![0..40_usize, CHUNK - 2..CHUNK + 3, HASHED_TOGETHER - 1..HASHED_TOGETHER + 2]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn sections_come_back_as_they_were_written(sizes in prop::collection::vec(prop::collection::vec(sizes(), 0..4), 0..4)) {
            let mut byte = 0_u8;
            let sections: Vec<Vec<Vec<u8>>> = sizes.iter().map(|sizes| sizes.iter().map(|&size| {
                byte = byte.wrapping_add(1);
                vec![byte; size]
            }).collect()).collect();
            let file = written(&sections);
            let expected: Vec<Vec<u8>> = sections.iter().map(|pieces| pieces.concat()).collect();
            prop_assert_eq!(read(&file, sections.len()).unwrap(), expected);
            prop_assert!(SectionReader::open(file.as_slice()).unwrap().verify().is_ok());
        }

        #[test]
        fn any_byte_that_changed_and_any_byte_that_is_missing_is_found(at in any::<prop::sample::Index>(), bit in 0..8_u32) {
            let file = written(&[vec![vec![1; 30], vec![2; 400]], vec![], vec![vec![3; 50]]]);
            let at = at.index(file.len());
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            let cut = &file[..at];
            let mut longer = file.clone();
            longer.push(0);
            for wrong in [changed.as_slice(), cut, longer.as_slice()] {
                prop_assert!(is_damage(&read(wrong, 3).unwrap_err()));
                let verified = SectionReader::open(wrong).and_then(SectionReader::verify);
                prop_assert!(is_damage(&verified.unwrap_err()));
            }
        }
    }

    #[test]
    fn a_section_is_read_by_its_name_and_to_its_end() {
        let file = written(&[vec![vec![1; 30]], vec![vec![2; 30]]]);
        let mut reader = SectionReader::open(file.as_slice()).unwrap();
        assert!(reader.section("section 1", |_| Ok(())).unwrap_err().to_string().contains("`section 0` stands"));
        let mut reader = SectionReader::open(file.as_slice()).unwrap();
        let short = reader.section("section 0", |from| from.read_exact(&mut [0; 29]));
        assert!(short.unwrap_err().to_string().contains("longer"), "one byte is left");
        let mut reader = SectionReader::open(file.as_slice()).unwrap();
        assert!(is_damage(&reader.section("section 0", |from| from.read_exact(&mut [0; 31])).unwrap_err()));
    }
}
