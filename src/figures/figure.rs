//! The declaration of a figure: what it is, what it needs of a run, and how it is drawn.

use crate::figures::data::RecordedRun;
use crate::figures::moments::moments;
use crate::figures::protocol::amounts;
use crate::figures::sheet::Sheet;
use crate::figures::style::Style;
use crate::foundation::error::Result;

/// Something a figure cannot be drawn without.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// A recorded column, or a family of columns for at least one population.
    Column(&'static str),
    /// An arm with a dose.
    Dose,
    /// At least so many arms.
    Arms(usize),
    /// At least so many arms that differ in the amount of one drug.
    Amounts(usize),
    /// At least so many snapshots of one network.
    Snapshots(usize),
    /// At least so many networks.
    Networks(usize),
    /// A symptom scale.
    Scale,
    /// What the figure alone knows: why a run lacks it, or nothing.
    Own(fn(&RecordedRun) -> Option<String>),
}

impl Need {
    /// Why `run` does not meet the need; `None` if it does.
    pub(super) fn unmet(self, run: &RecordedRun) -> Option<String> {
        match self {
            Self::Column(name) if run.has(name) || !run.populations(name).is_empty() => None,
            Self::Column(name) => Some(format!("the run recorded no `{name}`")),
            Self::Dose => run.first_dose().is_none().then(|| "no arm has a dose".to_owned()),
            Self::Arms(wanted) => {
                let arms = run.arms().len();
                (arms < wanted).then(|| format!("it needs {wanted} arms and the run has {arms}"))
            }
            Self::Amounts(wanted) => {
                let amounts = amounts(run).len();
                (amounts < wanted).then(|| format!("it needs {wanted} amounts of one drug and the run has {amounts}"))
            }
            Self::Networks(wanted) => {
                let networks = run.networks();
                (networks < wanted).then(|| format!("it needs {wanted} networks and the run has {networks}"))
            }
            Self::Scale => run.scale().is_none().then(|| "the run recorded no symptom scale".to_owned()),
            Self::Own(unmet) => unmet(run),
            Self::Snapshots(wanted) => {
                let kept = moments(run, run.featured()).len();
                (kept < wanted).then(|| format!("it needs {wanted} snapshots of the network and the run kept {kept}"))
            }
        }
    }
}

/// The declaration of a figure.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The id by which the command line selects it, such as `F03`.
    pub id: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// What it cannot be drawn without.
    pub needs: &'static [Need],
    /// Draws it.
    pub(super) draw: fn(&RecordedRun, Style) -> Result<Sheet>,
}
