//! The parameters of NMDA antagonism that do not belong to a drug.

use super::equations::Activity;
use crate::anatomy::population::CellClass;
use crate::mechanisms::dosing::Glun2;

crate::parameters! {
    /// Where NMDA receptors sit, what they are made of, and how they are used.
    pub struct NmdaAntagonismParameters of "nmda_antagonism" {
        /// Extracellular magnesium.
        magnesium_mm = 1.0, unit "mM", range 0.0..=3.0, symbol "[Mg]", species "human", grade A,
            source "free magnesium of cerebrospinal fluid is 0.8-1.2 mM; the IC50 assays used 1 mM";
        /// Mean membrane potential of pyramidal cells.
        pyramidal_voltage_mv = -66.0, unit "mV", range -90.0..=-40.0, symbol "V", species "mouse", grade C,
            source "recalled: Gentet 2010 Neuron, awake layer 2/3 barrel cortex";
        /// Mean membrane potential of PV interneurons.
        pv_voltage_mv = -60.0, unit "mV", range -90.0..=-40.0, symbol "V", species "mouse", grade C,
            source "recalled: Gentet 2010 Neuron; fast-spiking cells are more depolarised than pyramidal cells";
        /// Mean membrane potential of SST interneurons.
        sst_voltage_mv = -56.0, unit "mV", range -90.0..=-40.0, symbol "V", species "mouse", grade C,
            source "recalled: Gentet 2012 Nat Neurosci; SST cells are tonically depolarised in quiet wakefulness";
        /// Depolarisation of the spine or postsynaptic membrane while glutamate acts on it.
        event_depolarisation_mv = 13.0, unit "mV", range 0.0..=40.0, symbol "ΔV", species "rodent", grade B,
            source "Acker 2016 eNeuro (PMC4874537): potentials in proximal spines of cortical pyramidal cells, 13.0 mV on average, 6.5 to 30.8";
        /// Activations of a synaptic receptor of pyramidal cells, while it is free.
        pyramidal_activation_hz = 0.5, unit "Hz", range 0.01..=100.0, symbol "ν", species "rodent", grade C,
            source "derived: 2 Hz at the set point times a release probability of 0.25";
        /// Activations of a synaptic receptor of PV interneurons, while it is free.
        pv_activation_hz = 1.0, unit "Hz", range 0.01..=100.0, symbol "ν", species "rodent", grade C,
            source "derived: 2 Hz times 0.5, as release onto fast spikers is likely and depresses (Reyes 1998 Nat Neurosci; Koester & Johnston 2005 Science, recalled)";
        /// Activations of a synaptic receptor of SST interneurons, while it is free.
        sst_activation_hz = 1.0, unit "Hz", range 0.01..=100.0, symbol "ν", species "rodent", grade Assumed,
            source "assumed: as PV cells. The rule of the others, 2 Hz times the release probability, gives less: 0.2-0.5 Hz at 0.1-0.25, as release onto these cells is improbable and facilitates (Reyes 1998 Nat Neurosci, recalled)";
        /// Activations of an extrasynaptic receptor by ambient glutamate, while it is free.
        tonic_activation_hz = 0.2, unit "Hz", range 0.001..=100.0, symbol "ν", species "rodent", grade C,
            source "derived, from sources in conflict: receptors of pyramidal cells are tonically active (Sah 1989 Science), blocking them changes no calcium transient in their spines or shafts (Herman 2011 PLoS ONE), and ambient glutamate is reported over a thousandfold. With a Hill coefficient of 1.5 and 2.3 uM, 25 nM keeps 0.1 % of receptors active, 0.1 uM 0.9 %, 0.3 uM 5 % (the value), 1 uM 22 %";
        /// Time that agonist stays on a GluN2A receptor.
        glun2a_bound_s = 0.05, unit "s", range 0.005..=10.0, symbol "T", species "rat", grade C,
            source "recalled: Vicini 1998 J Neurophysiol, deactivation of recombinant receptors 50 ms";
        /// Time that agonist stays on a GluN2B receptor.
        glun2b_bound_s = 0.3, unit "s", range 0.005..=10.0, symbol "T", species "rat", grade C,
            source "recalled: Vicini 1998 J Neurophysiol, 300-400 ms";
        /// Time that agonist stays on a GluN2C receptor.
        glun2c_bound_s = 0.3, unit "s", range 0.005..=10.0, symbol "T", species "rat", grade C,
            source "recalled: Vicini 1998 J Neurophysiol, 300 ms";
        /// Time that agonist stays on a GluN2D receptor.
        glun2d_bound_s = 2.0, unit "s", range 0.005..=10.0, symbol "T", species "rat", grade C,
            source "recalled: Vicini 1998 J Neurophysiol; Wyllie 1998 J Physiol, 2-4 s";
        /// Share of GluN2A among synaptic receptors of pyramidal cells (shares are normalised).
        pyramidal_synaptic_glun2a = 0.6, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "adult cortex: GluN2A predominates at synapses (Paoletti 2013 Nat Rev Neurosci, doi:10.1038/nrn3504)";
        /// Share of GluN2B among synaptic receptors of pyramidal cells.
        pyramidal_synaptic_glun2b = 0.4, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "adult prefrontal cortex keeps GluN2B at synapses (Paoletti 2013 Nat Rev Neurosci)";
        /// Share of GluN2C among synaptic receptors of pyramidal cells.
        pyramidal_synaptic_glun2c = 0.0, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "absent from cortical pyramidal cells (Monyer 1994 Neuron)";
        /// Share of GluN2D among synaptic receptors of pyramidal cells.
        pyramidal_synaptic_glun2d = 0.0, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "absent from cortical pyramidal cells (Monyer 1994 Neuron)";
        /// Share of GluN2A among synaptic receptors of PV interneurons.
        pv_synaptic_glun2a = 0.3, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "PV cells: GluN2A-rich (Kinney 2006 J Neurosci); size assumed";
        /// Share of GluN2B among synaptic receptors of PV interneurons.
        pv_synaptic_glun2b = 0.2, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "PV cells: some GluN2B (Kinney 2006 J Neurosci); size assumed";
        /// Share of GluN2C among synaptic receptors of PV interneurons.
        pv_synaptic_glun2c = 0.2, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "GluN2C in cortical interneurons is reported and disputed (Xi 2009; Ravikrishnan 2018); size assumed";
        /// Share of GluN2D among synaptic receptors of PV interneurons.
        pv_synaptic_glun2d = 0.3, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "GluN2D in interneurons (Monyer 1994; von Engelhardt 2015 Front Cell Neurosci); size assumed";
        /// Share of GluN2A among synaptic receptors of SST interneurons.
        sst_synaptic_glun2a = 0.2, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "interneurons of the medial ganglionic eminence, to which SST cells belong, switch from GluN2B to GluN2A (Matta 2013 Nat Neurosci, PMC4132661); low-threshold spiking cells of prefrontal cortex keep as much of both as layer 2/3 pyramidal cells do (PMC8695640); size assumed";
        /// Share of GluN2B among synaptic receptors of SST interneurons.
        sst_synaptic_glun2b = 0.3, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "GluN2B on SST cells carries ketamine's effect in mice (Gerhard 2020 J Clin Invest); size assumed";
        /// Share of GluN2C among synaptic receptors of SST interneurons.
        sst_synaptic_glun2c = 0.15, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "in conflict: a reporter shows GluN2C in cortical astrocytes and not in PV cells (Ravikrishnan 2018), NMDA receptors with GluN2C or GluN2D set the excitability of GABAergic neurons (PMC8994549); size assumed, as in PV cells and a little less";
        /// Share of GluN2D among synaptic receptors of SST interneurons.
        sst_synaptic_glun2d = 0.35, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "GluN2D in SST cells (Monyer 1994; Standaert 1996 Mol Brain Res); size assumed";
        /// Share of GluN2A among extrasynaptic receptors of pyramidal cells.
        pyramidal_tonic_glun2a = 0.2, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "extrasynaptic receptors are rich in GluN2B (Paoletti 2013 Nat Rev Neurosci)";
        /// Share of GluN2B among extrasynaptic receptors of pyramidal cells.
        pyramidal_tonic_glun2b = 0.8, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "extrasynaptic receptors are rich in GluN2B (Paoletti 2013 Nat Rev Neurosci)";
        /// Share of GluN2C among extrasynaptic receptors of pyramidal cells.
        pyramidal_tonic_glun2c = 0.0, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "absent from cortical pyramidal cells (Monyer 1994 Neuron)";
        /// Share of GluN2D among extrasynaptic receptors of pyramidal cells.
        pyramidal_tonic_glun2d = 0.0, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "absent from cortical pyramidal cells (Monyer 1994 Neuron)";
        /// Share of GluN2A among extrasynaptic receptors of interneurons.
        interneuron_tonic_glun2a = 0.05, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "PMC8994549 (2022 J Neurosci): NMDA receptors set the excitability of GABAergic cells of adult mice through GluN2C and GluN2D, mostly outside synapses, not through GluN2A and GluN2B; size assumed";
        /// Share of GluN2B among extrasynaptic receptors of interneurons.
        interneuron_tonic_glun2b = 0.25, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "PMC8994549 (2022 J Neurosci): NMDA receptors set the excitability of GABAergic cells of adult mice through GluN2C and GluN2D, mostly outside synapses; GluN2B and GluN2D share that membrane in Golgi cells (Brickley 2003 J Neurosci); size assumed";
        /// Share of GluN2C among extrasynaptic receptors of interneurons.
        interneuron_tonic_glun2c = 0.25, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "PMC8994549 (2022 J Neurosci): NMDA receptors set the excitability of GABAergic cells of adult mice through GluN2C and GluN2D, mostly outside synapses, not through GluN2A and GluN2B; size assumed";
        /// Share of GluN2D among extrasynaptic receptors of interneurons.
        interneuron_tonic_glun2d = 0.45, unit "1", range 0.0..=1.0, symbol "w", species "rodent", grade C,
            source "PMC8994549 (2022 J Neurosci): NMDA receptors set the excitability of GABAergic cells of adult mice through GluN2C and GluN2D, mostly outside synapses, not through GluN2A and GluN2B; size assumed";
    }
}

/// Where a receptor sits, which decides when it is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// At synapses, activated by their events.
    Synaptic,
    /// Outside, activated by ambient glutamate.
    Tonic,
}

impl Site {
    /// Both sites; `site as usize` indexes arrays over them.
    pub const ALL: [Self; 2] = [Self::Synaptic, Self::Tonic];
    /// Number of sites.
    pub const COUNT: usize = Self::ALL.len();
}

impl NmdaAntagonismParameters {
    /// Membrane potential at which receptors of `class` at `site` work, in mV.
    #[must_use]
    pub fn voltage_mv(&self, class: CellClass, site: Site) -> f64 {
        let mean_mv = match class {
            CellClass::Pyramidal => self.pyramidal_voltage_mv,
            CellClass::Pv => self.pv_voltage_mv,
            CellClass::Sst => self.sst_voltage_mv,
        };
        match site {
            Site::Synaptic => mean_mv + self.event_depolarisation_mv,
            Site::Tonic => mean_mv,
        }
    }

    /// How receptors of `class` at `site` with `subunit` are used.
    #[must_use]
    pub fn activity(&self, class: CellClass, site: Site, subunit: Glun2) -> Activity {
        let activations_hz = match (site, class) {
            (Site::Tonic, _) => self.tonic_activation_hz,
            (Site::Synaptic, CellClass::Pyramidal) => self.pyramidal_activation_hz,
            (Site::Synaptic, CellClass::Pv) => self.pv_activation_hz,
            (Site::Synaptic, CellClass::Sst) => self.sst_activation_hz,
        };
        let bound_s = match subunit {
            Glun2::A => self.glun2a_bound_s,
            Glun2::B => self.glun2b_bound_s,
            Glun2::C => self.glun2c_bound_s,
            Glun2::D => self.glun2d_bound_s,
        };
        Activity { activations_hz, bound_s }
    }

    /// Shares of the four subunits among receptors of `class` at `site`; they sum to 1, or are all zero.
    #[must_use]
    #[rustfmt::skip]
    pub fn composition(&self, class: CellClass, site: Site) -> [f64; Glun2::COUNT] {
        let weights = match (class, site) {
            (CellClass::Pyramidal, Site::Synaptic) => [
                self.pyramidal_synaptic_glun2a, self.pyramidal_synaptic_glun2b,
                self.pyramidal_synaptic_glun2c, self.pyramidal_synaptic_glun2d,
            ],
            (CellClass::Pv, Site::Synaptic) => [
                self.pv_synaptic_glun2a, self.pv_synaptic_glun2b, self.pv_synaptic_glun2c, self.pv_synaptic_glun2d,
            ],
            (CellClass::Sst, Site::Synaptic) => [
                self.sst_synaptic_glun2a, self.sst_synaptic_glun2b, self.sst_synaptic_glun2c, self.sst_synaptic_glun2d,
            ],
            (CellClass::Pyramidal, Site::Tonic) => [
                self.pyramidal_tonic_glun2a, self.pyramidal_tonic_glun2b,
                self.pyramidal_tonic_glun2c, self.pyramidal_tonic_glun2d,
            ],
            (CellClass::Pv | CellClass::Sst, Site::Tonic) => [
                self.interneuron_tonic_glun2a, self.interneuron_tonic_glun2b,
                self.interneuron_tonic_glun2c, self.interneuron_tonic_glun2d,
            ],
        };
        let whole: f64 = weights.iter().sum();
        weights.map(|weight| if whole > 0.0 { weight / whole } else { 0.0 })
    }
}
