//! The parameters of dosing are drugs: data read from TOML files, never code.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumCount, EnumString, IntoStaticStr, VariantArray, VariantNames};

/// A way into the body.
#[derive(
    Clone,
    Copy,
    Debug,
    Display,
    EnumString,
    Eq,
    Hash,
    IntoStaticStr,
    Ord,
    PartialEq,
    PartialOrd,
    VariantNames,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Route {
    /// Intravenous bolus or infusion.
    Iv,
    /// Into a muscle.
    Im,
    /// Under the skin.
    Sc,
    /// Nasal spray.
    Intranasal,
    /// Swallowed.
    Oral,
    /// Under the tongue.
    Sublingual,
    /// Into the abdominal cavity, as rodents are injected.
    Ip,
}

impl Route {
    /// The heaviest body that is injected this way, in kg; none if any is. No rat weighs as much as 1.5 kg, and what absorption
    /// from the abdomen is known is known of mice and rats.
    #[must_use]
    pub const fn heaviest_kg(self) -> Option<f64> {
        match self {
            Self::Ip => Some(1.5),
            _ => None,
        }
    }
}

/// A second subunit of the NMDA receptor, which decides how drugs and magnesium block it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Glun2 {
    /// GluN2A.
    A,
    /// GluN2B.
    B,
    /// GluN2C.
    C,
    /// GluN2D.
    D,
}

// Written by hand: strum lists variants as a slice, and equations map the array to arrays.
impl Glun2 {
    /// Every subunit; `subunit as usize` indexes arrays over it.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];
    /// Number of subunits.
    pub const COUNT: usize = Self::ALL.len();
}

/// What a drug does besides blocking NMDA receptors. Later mechanisms read the level of each.
///
/// `target as usize` indexes arrays over it.
#[derive(
    Clone,
    Copy,
    Debug,
    EnumCount,
    Eq,
    Hash,
    IntoStaticStr,
    Ord,
    PartialEq,
    PartialOrd,
    VariantArray,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ActionTarget {
    /// Inhibits mTORC1.
    Mtorc1Inhibition,
    /// Blocks TrkB.
    TrkbInhibition,
    /// Blocks AMPA receptors.
    AmpaInhibition,
    /// Raises AMPA throughput without NMDA block (hydroxynorketamine).
    AmpaPotentiation,
    /// Potentiates GABA-A receptors.
    GabaAPotentiation,
    /// Occupies the serotonin transporter.
    SerotoninReuptakeInhibition,
    /// Lowers the production of cytokines.
    CytokineSuppression,
    /// Drives the sympathetic nervous system: blood pressure and heart rate.
    Sympathomimetic,
    /// Binds TrkB directly and makes it more sensitive (contested).
    TrkbPotentiation,
}

impl ActionTarget {
    /// Number of targets.
    pub const COUNT: usize = <Self as EnumCount>::COUNT;

    /// Whether the level is a fraction inhibited, rather than a relative increase.
    #[must_use]
    pub const fn inhibits(self) -> bool {
        !matches!(
            self,
            Self::AmpaPotentiation | Self::GabaAPotentiation | Self::Sympathomimetic | Self::TrkbPotentiation
        )
    }
}

/// A drug: everything the model knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Drug {
    /// The name under which protocols give it.
    pub name: String,
    /// The name shown to people.
    pub title: String,
    /// Which enantiomers are meant and how they are lumped.
    pub stereochemistry: String,
    /// The dose's mass over the mass of parent that it contains (salts, vehicles); 1 where doses state
    /// the free base.
    pub dose_per_base: f64,
    /// Parent first, then metabolites, each after what it is formed from. Empty for an inert drug.
    pub moieties: Vec<Moiety>,
    /// How each route absorbs it.
    pub routes: Vec<RouteKinetics>,
    /// Every quantity as it was read, with its source.
    pub table: Vec<DrugParameter>,
}

impl Drug {
    /// Whether the drug can be given by `route`; an inert drug by every route.
    #[must_use]
    pub fn allows(&self, route: Route) -> bool {
        self.moieties.is_empty() || self.routes.iter().any(|kinetics| kinetics.route == route)
    }
}

/// One quantity of a drug, as a row of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DrugParameter {
    /// Where it stands, such as `norketamine.clearance`.
    pub key: String,
    /// The value, in `unit`.
    pub value: f64,
    /// The unit in which the model uses it.
    pub unit: &'static str,
    /// Citation or DOI; or what it was fitted to; or why it was assumed.
    pub source: String,
}

/// A chemical species that circulates: the parent or one of its metabolites.
#[derive(Clone, Debug, PartialEq)]
pub struct Moiety {
    /// Its own name.
    pub name: String,
    /// The name under which an assay that cannot tell enantiomers apart reports it.
    pub assay: String,
    /// Molar mass, in g/mol.
    pub molar_mass_g_per_mol: f64,
    /// Fraction in plasma that is not bound to protein.
    pub unbound_fraction: f64,
    /// Free concentration in brain over free concentration in plasma at steady state, Kp,uu.
    pub brain_partition: f64,
    /// Rate at which brain follows plasma, ke0, in 1/h.
    pub brain_entry_per_h: f64,
    /// Where it spreads and how it leaves.
    pub disposition: Disposition,
    /// What it is formed from; none for the parent.
    pub formation: Option<Formation>,
    /// Block of NMDA receptors, if any.
    pub nmda: Option<NmdaBlocker>,
    /// Other actions.
    pub actions: Vec<Action>,
}

/// Distribution and elimination of a moiety in a typical subject of 70 kg.
#[derive(Clone, Debug, PartialEq)]
pub struct Disposition {
    /// Central volume, in L.
    pub central_volume_l: f64,
    /// Peripheral compartments, at most two.
    pub peripheral: Vec<Peripheral>,
    /// How it is eliminated.
    pub elimination: Elimination,
}

/// A peripheral compartment.
#[derive(Clone, Debug, PartialEq)]
pub struct Peripheral {
    /// Volume, in L.
    pub volume_l: f64,
    /// Flow between it and the central compartment, in L/h.
    pub flow_l_per_h: f64,
}

/// How a moiety leaves.
#[derive(Clone, Debug, PartialEq)]
pub enum Elimination {
    /// From the central compartment.
    Central {
        /// Clearance, in L/h.
        clearance_l_per_h: f64,
    },
    /// In a well-stirred liver that blood and absorbed drug flow through.
    Liver {
        /// Apparent volume, in L.
        volume_l: f64,
        /// Flow between it and the central compartment, in L/h.
        flow_l_per_h: f64,
        /// Rate at which what is in it is metabolised, in 1/h.
        rate_per_h: f64,
    },
}

/// Formation of a metabolite.
#[derive(Clone, Debug, PartialEq)]
pub struct Formation {
    /// Index of the moiety that it is formed from.
    pub from: usize,
    /// Fraction of that moiety's elimination, in moles, that becomes this one.
    pub fraction: f64,
    /// Mean time of the transit from one to the other, in h; zero for none.
    pub transit_time_h: f64,
    /// Number of transit compartments in that time.
    pub transit_compartments: usize,
}

/// Block of NMDA receptors by one moiety.
#[derive(Clone, Debug, PartialEq)]
pub struct NmdaBlocker {
    /// IC50 by GluN2 subunit without magnesium, at `reference_mv`, in µM.
    pub ic50_without_magnesium_um: [f64; Glun2::COUNT],
    /// The same in the presence of 1 mM magnesium, at `magnesium_reference_mv`.
    pub ic50_with_magnesium_um: [f64; Glun2::COUNT],
    /// Voltage at which the first was measured, in mV.
    pub reference_mv: f64,
    /// Voltage at which the second was measured, in mV.
    pub magnesium_reference_mv: f64,
    /// Hill slope.
    pub hill: f64,
    /// Fraction δ of the membrane's field that the drug crosses on its way to the site.
    pub electrical_distance: f64,
    /// Rate koff at which the drug leaves an open channel, in 1/s.
    pub unblocking_per_s: f64,
    /// Fraction of blocked receptors in which the drug stays trapped when the channel closes.
    pub trapped_fraction: f64,
    /// Time constant with which the rest escapes from the closed receptor, in s.
    pub escape_time_s: f64,
}

/// One action besides NMDA block: E = Emax·Cʰ/(EC50ʰ + Cʰ) of the free concentration in brain.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What is acted on.
    pub target: ActionTarget,
    /// IC50 or EC50, in µM.
    pub potency_um: f64,
    /// Hill slope.
    pub hill: f64,
    /// Effect at saturation; for an inhibition the fraction inhibited.
    pub max_effect: f64,
}

/// How one route absorbs a drug.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteKinetics {
    /// The route.
    pub route: Route,
    /// How the fraction of the first pathway falls with the number of sprays, if it does.
    pub spray: Option<Spray>,
    /// The pathways that share the dose.
    pub pathways: Vec<Pathway>,
}

/// A dose given as several sprays, of which the later ones are retained less well.
#[derive(Clone, Debug, PartialEq)]
pub struct Spray {
    /// Amount of one unit of sprays, in mg.
    pub unit_mg: f64,
    /// What a later unit retains, relative to the first.
    pub later_retention: f64,
    /// Time constant with which the nose clears a spray, in h; 0 if doses that are given apart do not meet.
    pub clearing_h: f64,
}

/// Part of a dose on its way from the site of administration to the circulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Pathway {
    /// Fraction of the dose that goes this way.
    pub fraction: f64,
    /// Fraction of that part that reaches its destination as parent.
    pub bioavailability: f64,
    /// What becomes of some of the rest on first pass: metabolites and the fraction of the part that
    /// reaches the circulation as each. What remains is lost.
    pub first_pass: Vec<FirstPass>,
    /// Time before absorption begins, in h.
    pub lag_h: f64,
    /// Length of the zero-order release into the depot, in h; zero if all is there at once.
    pub release_h: f64,
    /// First-order rate ka out of the depot, in 1/h; none for direct entry.
    pub absorption_per_h: Option<f64>,
    /// Whether it enters through the liver compartment instead of the central one.
    pub through_liver: bool,
}

/// A metabolite made on first pass.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstPass {
    /// Index of the metabolite among the drug's moieties.
    pub moiety: usize,
    /// Fraction of the pathway's part, in moles.
    pub fraction: f64,
}
