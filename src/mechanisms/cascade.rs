//! The registered mechanisms in causal order, and the worlds that are built from them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;

use super::column::Column;
use super::mechanism::{Flow, Link, Mechanism, Part, Signal};
use super::model::{Model, Protocol};
use super::outcome::AnalyteOutcome;
use crate::anatomy::network::NetworkParameters;
use crate::anatomy::subject::Subject;
use crate::foundation::clock::{self, Phase};
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::parameters::{Overrides, Parameter, Parameters};
use crate::foundation::state::CarriedState;
use crate::foundation::time::Time;

/// Every registered mechanism, in the order in which a tick runs them.
///
/// [`Cascade::standard`] is the model as shipped. Whoever adds a mechanism says where it stands:
///
/// ```
/// use resprout::mechanisms::gaba::Gaba;
/// use resprout::mechanisms::stress::Stress;
/// use resprout::mechanisms::{Cascade, Mechanism};
/// let shipped = Cascade::standard();
/// assert!(shipped.mechanisms().any(|name| name == Gaba::NAME));
/// // a mechanism twice is no cascade, and whoever builds a world is told so
/// assert!(shipped.after::<Gaba>(Stress).check().is_err());
/// ```
#[derive(Clone, Default)]
pub struct Cascade {
    links: Vec<Arc<dyn Registered>>,
    /// What was asked for and could not be done while the list was made.
    misplaced: Vec<String>,
    /// Whatever looks on at every tick of every world, such as a stopwatch.
    onlookers: Vec<fn(&mut App, &[Phase])>,
}

/// A mechanism whose type has been forgotten.
trait Registered: Send + Sync {
    fn name(&self) -> &'static str;
    fn about(&self) -> &'static str;
    fn part(&self) -> Part;
    fn parameters(&self) -> &'static [Parameter];
    fn columns(&self) -> &'static [Column];
    fn outcomes(&self) -> &'static [AnalyteOutcome];
    fn build(&self, app: &mut App, overrides: &Overrides, signals: &mut Vec<Signal>);
    fn initialise(&self, world: &mut World);
}

impl<M: Mechanism> Registered for M {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn about(&self) -> &'static str {
        M::ABOUT
    }

    fn part(&self) -> Part {
        M::PART
    }

    fn parameters(&self) -> &'static [Parameter] {
        M::Parameters::TABLE
    }

    fn columns(&self) -> &'static [Column] {
        M::COLUMNS
    }

    fn outcomes(&self) -> &'static [AnalyteOutcome] {
        M::OUTCOMES
    }

    fn build(&self, app: &mut App, overrides: &Overrides, signals: &mut Vec<Signal>) {
        let parameters: M::Parameters = overrides.apply();
        app.insert_resource(parameters.clone());
        Mechanism::build(self, &mut Link::new(app, M::NAME, signals), &parameters);
    }

    fn initialise(&self, world: &mut World) {
        Mechanism::initialise(self, world);
    }
}

/// What is told of a registered mechanism.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What happens, in a sentence.
    pub about: &'static str,
    /// Whether a config can switch it off.
    pub part: Part,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Its columns.
    pub columns: &'static [Column],
    /// The signals that it writes and reads.
    pub signals: Vec<Signal>,
}

impl Cascade {
    /// No mechanism yet.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The cascade with `mechanism` at its end.
    #[must_use]
    pub fn then(mut self, mechanism: impl Mechanism) -> Self {
        self.links.push(Arc::new(mechanism));
        self
    }

    /// The cascade with `mechanism` right after `A`.
    #[must_use]
    pub fn after<A: Mechanism>(self, mechanism: impl Mechanism) -> Self {
        self.place(A::NAME, 1, mechanism)
    }

    /// The cascade with `mechanism` right before `A`.
    #[must_use]
    pub fn before<A: Mechanism>(self, mechanism: impl Mechanism) -> Self {
        self.place(A::NAME, 0, mechanism)
    }

    /// The cascade with `mechanism` in the place of `A`.
    #[must_use]
    pub fn instead_of<A: Mechanism>(self, mechanism: impl Mechanism) -> Self {
        let mut placed = self.place(A::NAME, 1, mechanism);
        placed.links.retain(|link| link.name() != A::NAME);
        placed
    }

    fn place<M: Mechanism>(mut self, anchor: &str, offset: usize, mechanism: M) -> Self {
        match self.links.iter().position(|link| link.name() == anchor) {
            Some(position) => self.links.insert(position + offset, Arc::new(mechanism)),
            None => self.misplaced.push(format!("`{}` was to stand beside `{anchor}`, which is not there", M::NAME)),
        }
        self
    }

    /// The cascade with an onlooker, which is called with every world that is built, its neurons not yet born, and
    /// with the phases of the tick.
    #[must_use]
    pub fn watched_by(mut self, onlooker: fn(&mut App, &[Phase])) -> Self {
        self.onlookers.push(onlooker);
        self
    }

    /// The phases of a tick, in order.
    #[must_use]
    pub fn phases(&self) -> Vec<Phase> {
        self.links.iter().map(|link| Phase(link.name())).collect()
    }

    /// Names of what a config can switch off, in order.
    pub fn mechanisms(&self) -> impl Iterator<Item = &'static str> {
        self.links.iter().filter(|link| link.part() == Part::Mechanism).map(|link| link.name())
    }

    /// Every parameter that is not a drug's or a subject's: those of the network, then mechanism by mechanism.
    #[must_use]
    pub fn parameters(&self) -> Vec<&'static Parameter> {
        NetworkParameters::TABLE.iter().chain(self.links.iter().flat_map(|link| link.parameters())).collect()
    }

    /// The parameter whose key is `key`.
    #[must_use]
    pub fn parameter(&self, key: &str) -> Option<&'static Parameter> {
        let (mechanism, name) = key.split_once('.')?;
        self.parameters().into_iter().find(|declared| declared.mechanism == mechanism && declared.name == name)
    }

    /// Every column that mechanisms show, mechanism by mechanism.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static Column> {
        self.links.iter().flat_map(|link| link.columns()).collect()
    }

    /// Everything that mechanisms tell of a whole run.
    pub fn outcomes(&self) -> impl Iterator<Item = &'static AnalyteOutcome> {
        self.links.iter().flat_map(|link| link.outcomes())
    }

    /// All that is told of every link.
    ///
    /// # Errors
    /// Those of [`Cascade::assemble`].
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let (_, signals) =
            self.put_together(&Model::default(), &Protocol::default(), &Subject::default(), Time::ZERO, 1)?;
        let entry = |link: &Arc<dyn Registered>| Entry {
            name: link.name(),
            about: link.about(),
            part: link.part(),
            parameters: link.parameters(),
            columns: link.columns(),
            signals: signals.iter().filter(|signal| signal.link == link.name()).copied().collect(),
        };
        Ok(self.links.iter().map(entry).collect())
    }

    /// Whether the mechanisms fit together.
    ///
    /// # Errors
    /// Those of [`Cascade::assemble`].
    pub fn check(&self) -> Result<()> {
        self.assemble(&Model::default(), &Protocol::default(), &Subject::default(), Time::ZERO, 1).map(drop)
    }

    /// A world with every mechanism and no neuron, whose clock stands at `beginning` and whose ticks are divided by
    /// `refine`. Whoever builds a world, from the start, from a checkpoint or as a branch, does it here.
    ///
    /// # Errors
    /// [`Error::Input`] if a mechanism is registered twice or has no proper name, declares a parameter or column that
    /// another has, stands above what it reads, writes a signal that another writes, or carries another's state.
    pub fn assemble(
        &self,
        model: &Model,
        protocol: &Protocol,
        subject: &Subject,
        beginning: Time,
        refine: u32,
    ) -> Result<App> {
        self.put_together(model, protocol, subject, beginning, refine).map(|(app, _)| app)
    }

    fn put_together(
        &self,
        model: &Model,
        protocol: &Protocol,
        subject: &Subject,
        beginning: Time,
        refine: u32,
    ) -> Result<(App, Vec<Signal>)> {
        refuse(self.unfit())?;
        let mut app = App::empty();
        clock::install(&mut app, beginning, refine, &self.phases(), &model.disabled);
        app.insert_resource(protocol.formulary.clone())
            .insert_resource(protocol.doses.clone())
            .insert_resource(protocol.stress.clone())
            .insert_resource(protocol.removals.clone())
            .insert_resource(subject.clone());
        let mut signals = Vec::new();
        for link in &self.links {
            link.build(&mut app, &model.overrides, &mut signals);
        }
        for onlooker in &self.onlookers {
            onlooker(&mut app, &self.phases());
        }
        refuse(self.crossed(&signals))?;
        let carried = app.world_mut().get_resource_or_init::<CarriedState>();
        let disputed = carried.disputed().iter().map(|state| {
            format!("`{}` and `{}` both carry `{}`: one must keep it", state.owner, state.claimant, state.name)
        });
        refuse(disputed.collect())?;
        Ok((app, signals))
    }

    /// Brings a newly built network to where its first tick begins, mechanism by mechanism.
    pub fn initialise(&self, world: &mut World) {
        for link in &self.links {
            link.initialise(world);
        }
    }

    /// What is wrong with the list, before anything is built.
    fn unfit(&self) -> Vec<String> {
        let mut faults = self.misplaced.clone();
        let mut seen: Vec<&str> = vec!["network", "subjects", clock::WORLD];
        for link in &self.links {
            let name = link.name();
            if !is_plain(name) {
                faults.push(format!(
                    "a mechanism calls itself `{name}`: its state could not be told apart; letters a to z, digits and `_` make a name"
                ));
            } else if seen.contains(&name) {
                faults.push(format!("`{name}` is registered twice"));
            }
            seen.push(name);
            if let Some(parameter) = link.parameters().iter().find(|parameter| parameter.mechanism != name) {
                faults.push(format!("`{name}` declares the parameter `{}` of another", parameter.key()));
            }
            let mut own: Vec<&str> = link.parameters().iter().map(|parameter| parameter.name).collect();
            own.sort_unstable();
            faults.extend(
                own.windows(2)
                    .filter(|pair| pair[0] == pair[1])
                    .map(|pair| format!("the parameter `{name}.{}` is declared twice", pair[0])),
            );
        }
        let mut owner_of = BTreeMap::new();
        for link in &self.links {
            for column in link.columns() {
                if let Some(owner) = owner_of.insert(column.name, link.name()).filter(|owner| *owner != link.name()) {
                    faults.push(format!("`{owner}` and `{}` both show the column `{}`", link.name(), column.name));
                }
            }
        }
        faults
    }

    /// Signals with two writers, and links that stand above what they read.
    fn crossed(&self, signals: &[Signal]) -> Vec<String> {
        let place = |name: &str| self.links.iter().position(|link| link.name() == name);
        let mut writers: BTreeMap<std::any::TypeId, &Signal> = BTreeMap::new();
        let mut faults = Vec::new();
        for signal in signals.iter().filter(|signal| signal.flow == Flow::Writes) {
            if let Some(first) = writers.insert(signal.kind, signal)
                && first.link != signal.link
            {
                faults.push(format!(
                    "`{}` and `{}` both write `{}`: a signal has one writer; `instead_of` puts one in the place of the other",
                    first.link,
                    signal.link,
                    signal.short_name()
                ));
            }
        }
        if !faults.is_empty() {
            // who stands above whom has no answer then
            return faults;
        }
        for signal in signals {
            let writer = writers.get(&signal.kind);
            match signal.flow {
                Flow::Reads => match writer {
                    Some(writer) if place(writer.link) > place(signal.link) => faults.push(format!(
                        "`{}` stands above `{}`, whose `{}` it reads; place it below, or read the signal of the last tick (`feels`)",
                        signal.link,
                        writer.link,
                        signal.short_name()
                    )),
                    None if signal.needed => faults
                        .push(format!("`{}` needs `{}`, and nobody writes it", signal.link, signal.short_name())),
                    _ => {}
                },
                Flow::Feels => {
                    if let Some(writer) = writer.filter(|writer| place(writer.link) < place(signal.link)) {
                        faults.push(format!(
                            "`{}` reads `{}` as of the last tick, but `{}`, which writes it, stands above: read it of this tick",
                            signal.link,
                            signal.short_name(),
                            writer.link
                        ));
                    }
                }
                Flow::Writes => {}
            }
        }
        faults
    }
}

/// The name of a mechanism is part of keys and files.
fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn refuse(faults: Vec<String>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let diagnostics = faults.into_iter().map(|fault| Diagnostic::new(&codes::UNFIT_CASCADE, fault)).collect();
    Err(Error::Input(Report::new(Vec::new(), diagnostics).to_string()))
}

impl fmt::Debug for Cascade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.links.iter().map(|link| link.name())).finish()
    }
}

/// Two cascades are the same if the same mechanisms stand in them in the same order.
impl PartialEq for Cascade {
    fn eq(&self, other: &Self) -> bool {
        self.phases() == other.phases()
    }
}

#[cfg(test)]
#[path = "cascade_tests.rs"]
mod tests;
