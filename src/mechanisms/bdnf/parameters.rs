//! The parameters of the neurotrophin cascade.

crate::parameters! {
    /// BDNF release, TrkB, mTORC1, synaptic protein and AMPA insertion.
    pub struct BdnfParameters of "bdnf" {
        /// Share of BDNF release that does not depend on activity.
        constitutive_share = 0.25, unit "1", range 0.0..=1.0,
            symbol "c", species "rat", grade C, source "assumed: Lepack 2014 IJNP, release largely blocked by AMPA antagonist and by L-type channel blockers";
        /// Hill coefficient of activity-dependent release in AMPA throughput times glutamate.
        release_hill = 3.2, unit "1", range 0.5..=12.0,
            symbol "h_r", species "-", grade Fitted, source "fitted to C11 (BDNF x1.3-2.2 within 0.5-4 h)";
        /// Drive at which activity-dependent release is half its maximum, relative to the threshold.
        release_half_activation = 2.3, unit "1", range 0.2..=20.0,
            symbol "K_r", species "-", grade Fitted, source "fitted to C11; release saturates because vesicles are limited";
        /// Time constant with which the threshold of release rises after the drive.
        threshold_time_constant_h = 16.0, unit "h", range 0.1..=1_000.0,
            symbol "τ_θ", species "-", grade Fitted, source "fitted to C11 and C14 below the time of spine growth, so that a surge is answered once; form: sliding threshold of Bienenstock, Cooper & Munro 1982 J Neurosci";
        /// Time constant with which it falls back, and with which translation becomes used to tonic NMDA activity.
        threshold_recovery_time_constant_h = 16.0, unit "h", range 0.1..=1_000.0,
            symbol "τ_θ−", species "-", grade Assumed, source "assumed: as fast as it rises";
        /// Exponent with which extracellular glutamate enters the drive of release beside AMPA throughput. Both follow the output of
        /// pyramidal cells, so that 1 counts it twice.
        release_glutamate_exponent = 1.0, unit "1", range 0.0..=2.0,
            symbol "e_g", species "-", grade A, source "1: spilt glutamate reaches receptors outside synapses and raises release beyond what AMPA receptors pass on. 0 counts the drive once, as both follow the output of pyramidal cells; the surge that C11 and C14 ask for then takes a Hill coefficient of 10, which answers the noise of small networks with bursts";
        /// Exponent with which AMPA receptors that TrkB has inserted enter the drive of release; 1 closes a loop of BDNF through AMPA
        /// receptors to BDNF, which is weakly damped and makes small networks drift.
        release_ampa_exponent = 0.0, unit "1", range 0.0..=1.0,
            symbol "e_A", species "-", grade A, source "0 by choice: the drive is what presynaptic cells release onto receptors. 1 is the form of versions before, a loop of BDNF through AMPA receptors to BDNF";
        /// Exponent with which NMDA receptors of pyramidal cells that are not blocked gate activity-dependent release; 0 is no gate.
        nmda_gate_exponent = 3.5, unit "1", range 0.0..=8.0,
            symbol "k_N", species "mouse", grade C, source "contested, a switch. For: the inverted U of dose; MK-801 or CPP beforehand abolishes the effect; GluN2A is necessary (PMC9908316). Against: scaling by ketamine is independent of long-term potentiation (PMC11399243). 2 to 8 by judgement";
        /// Factor on activity-dependent release.
        activity_release_factor = 1.0, unit "1", range 0.0..=2.0,
            symbol "v", species "-", grade A, source "1 by definition; a knock-out handle";
        /// Loss of activity-dependent release per Met allele at codon 66.
        met_release_loss = 0.30, unit "1", range 0.0..=1.0,
            symbol "l", species "mouse", grade C, source "regulated secretion falls in Met carriers: Egan 2003 Cell; Chen 2006 Science (about 30 % in Met/Met, recalled), which is 0.16 per allele; a review of 18 studies has release only slightly altered (doi:10.3233/BPL-210132). The effect of ketamine is markedly impaired in Met/Met: Liu 2012 Biol Psychiatry; size between the two";
        /// Time constant with which transcription refills the BDNF store.
        store_time_constant_h = 24.0, unit "h", range 1.0..=240.0,
            symbol "τ_s", species "rat", grade C, source "assumed: transcription and transport; BDNF mRNA is back within a day";
        /// Share of the store's turnover that release accounts for at the set point.
        store_release_share = 0.30, unit "1", range 0.0..=1.0,
            symbol "f_s", species "-", grade Assumed, source "assumed: most BDNF is degraded, not secreted";
        /// Loss of BDNF transcription at full glucocorticoid load.
        stress_transcription_loss = 0.06, unit "1", range 0.0..=0.95,
            symbol "k_s", species "rat", grade C, source "with k_x: chronic stress lowers BDNF in hippocampus and prefrontal cortex by 20-40 % (reviews); the split is assumed";
        /// Loss of BDNF transcription per unit of inflammatory effect.
        inflammatory_transcription_loss = 0.22, unit "1", range 0.0..=0.95,
            symbol "k_x", species "rat", grade C, source "IL-1 and endotoxin lower cortical and hippocampal BDNF mRNA by some 20-40 % (recalled: Barrientos 2004; Guan & Fang 2006); a subject with doubled cytokines then resists one dose and answers repeated ones";
        /// Largest rise of BDNF transcription by serotonergic tone (CREB).
        serotonin_transcription_gain = 0.45, unit "1", range 0.0..=5.0,
            symbol "k_5", species "rat", grade C, source "BDNF mRNA up by some 20-60 % after 21 d of antidepressants, not after one dose: Nibuya 1995 J Neurosci (recalled)";
        /// Rise of serotonergic tone at which half of that is reached.
        serotonin_half_rise = 1.0, unit "1", range 0.01..=20.0,
            symbol "K_5", species "-", grade Assumed, source "assumed: half-way at twice the untreated tone";
        /// Share of tonic NMDA activity that stems from spontaneous release, which does not follow firing.
        spontaneous_share = 0.90, unit "1", range 0.0..=1.0,
            symbol "s", species "rat", grade C, source "NMDA receptors that spontaneous release activates drive eEF2 kinase: Nosyreva 2013 J Neurosci 33:6990; size assumed";
        /// Rise of tonic NMDA activity per rise of quinolinate.
        quinolinate_tonic_gain = 0.15, unit "1", range 0.0..=2.0,
            symbol "q", species "-", grade Assumed, source "assumed: quinolinate is an agonist of NMDA receptors with GluN2A and GluN2B, near which microglia release it. Against: it takes hundreds of uM, and the brain has less than 1 (both recalled), so that a direct effect is next to nil and this stands for release and uptake of glutamate";
        /// Time constant of clearance of secreted BDNF.
        clearance_time_constant_h = 1.3, unit "h", range 0.1..=48.0,
            symbol "τ_b", species "rat", grade C, source "mTORC1 peaks 30-60 min after ketamine (Li 2010 Science, recalled), which BDNF must precede; tissue protein: several hours (Poduslo 1996)";
        /// Length over which secreted BDNF spreads before it is cleared.
        spread_length_um = 90.0, unit "um", range 0.1..=500.0,
            symbol "ℓ_b", species "rat", grade C, source "the basal arbor of a layer 2/3 pyramidal cell reaches 100-150 µm: its release and its TrkB are spread over that, and what a cell secretes acts within tens of µm (Horch & Katz 2002 Nat Neurosci)";
        /// Gain of BDNF synthesis when tonic NMDA activity falls (eEF2 kinase off).
        direct_gain = 35.0, unit "1", range 0.0..=100.0,
            symbol "κ_d", species "mouse", grade Fitted, source "fitted to C11 (BDNF x1.3-2.2) under hypothesis `direct` alone, where a clinical dose blocks a twentieth of tonic receptors; Autry 2011: x1.3-2 at 30 min";
        /// Weight of hypothesis `direct`.
        direct_weight = 0.0, unit "1", range 0.0..=1.0,
            symbol "w_d", species "-", grade A, source "0 or 1 by choice of hypothesis: switch S1";
        /// BDNF at which TrkB is half activated, relative to baseline BDNF. Its h-th power is how far TrkB can rise: beyond 5, a surge
        /// of BDNF multiplies it by more than was ever seen.
        trkb_half_activation = 1.6, unit "1", range 0.1..=5.0,
            symbol "K_T", species "-", grade Fitted, source "fitted to C14 so that baseline lies on the rising part of the curve";
        /// Hill coefficient of TrkB activation.
        trkb_hill = 2.0, unit "1", range 0.5..=3.0,
            symbol "h_T", species "-", grade C, source "assumed between 1 and 2: TrkB acts as a dimer";
        /// How much lasting BDNF takes TrkB from the surface; 0 if it does not.
        trkb_downregulation = 0.5, unit "1", range 0.0..=10.0,
            symbol "k_d", species "rat", grade C, source "TrkB down by 80 % after 6 d of BDNF infusion into hippocampus (Frank 1996 Eur J Neurosci, abstract), far above physiological levels; half of the surface pool within 2-3 h of saturating BDNF (Proenca 2016 J Neurochem, abstract)";
        /// Time constant with which TrkB leaves the surface and returns.
        surface_time_constant_h = 24.0, unit "h", range 0.5..=500.0,
            symbol "τ_d", species "rat", grade C, source "assumed between internalisation within hours (Proenca 2016) and resynthesis over days (Frank 1996)";
        /// Time constant of TrkB activation.
        trkb_time_constant_h = 0.25, unit "h", range 0.01..=24.0,
            symbol "τ_T", species "rat", grade C, source "phosphorylation within 15-30 min (Autry 2011)";
        /// Fraction of TrkB that can be activated; 0 is a full antagonist.
        trkb_availability = 1.0, unit "1", range 0.0..=1.0,
            symbol "A_T", species "-", grade A, source "1 by definition; a knock-out handle";
        /// Weight of direct binding of antidepressants to TrkB.
        trkb_potentiation_weight = 0.0, unit "1", range 0.0..=1.0,
            symbol "w_T", species "mouse", grade A, source "0 or 1 by choice: switch S8 (for: Casarotto 2021 Cell; the affinities lie above free concentrations)";
        /// Time constant of mTORC1 activation.
        mtorc1_time_constant_h = 0.75, unit "h", range 0.05..=24.0,
            symbol "τ_M", species "rat", grade C, source "Li 2010 Science: peak at 30-60 min, baseline by 2 h (figures recalled; the abstract says rapid)";
        /// Fraction of mTORC1 that can be activated; 0 is full inhibition (rapamycin).
        mtorc1_availability = 1.0, unit "1", range 0.0..=1.0,
            symbol "A_M", species "-", grade A, source "1 by definition; a knock-out handle";
        /// mTORC1 activity above which synaptic protein is made beyond what maintenance takes.
        translation_threshold = 1.18, unit "1", range 0.0..=5.0,
            symbol "M_θ", species "rat", grade Fitted, source "fitted just above what mTORC1 does at rest, where maintenance does not wait for it (basal synaptic protein survives rapamycin: Li 2010 Science): in unstressed networks of 300 neurons it peaks at 1.09 (SD 0.04) in 31 d. From 1.18 to 1.3 nothing changes at rest, and spines 24 h after a dose under stress go from 85 to 83 %; at 1.06 noise alone adds 6 to 9 %";
        /// Rate at which full translation fills the pool of synaptic protein.
        translation_rate_per_h = 0.65, unit "1/h", range 0.0..=10.0,
            symbol "k_P", species "rat", grade Fitted, source "fitted to Li 2010: synaptic proteins +30 to +80 % from 2 h on";
        /// Surplus of synaptic protein at which the pool is full.
        largest_surplus = 1.0, unit "1", range 0.0..=2.0,
            symbol "P_max − 1", species "rat", grade C, source "synaptic proteins +30 to +80 % (Li 2010 Science; size recalled, direction in the abstract), taken as near the bound";
        /// mTORC1 activity above the threshold at which half of that surplus is made.
        translation_half_activation = 0.20, unit "1", range 0.01..=10.0,
            symbol "K_M", species "rat", grade Fitted, source "fitted with k_P to Li 2010 and to C14";
        /// Time constant of the synaptic-protein pool.
        protein_time_constant_h = 72.0, unit "h", range 2.0..=500.0,
            symbol "τ_P", species "rat", grade C, source "Li 2010 Science: synaptic proteins raised from 2 h through 72 h (recalled)";
        /// Time for which newly made protein can build new spines; later it is part of synapses that stand.
        fresh_protein_time_constant_h = 20.0, unit "h", range 0.5..=500.0,
            symbol "τ_f", species "mouse", grade C, source "spines form 12-24 h after the dose, after activity and behaviour have recovered (Moda-Sava 2019 Science), and go on forming for days (Phoumthipphavong 2016 eNeuro); size assumed";
        /// Gain of AMPA insertion per relative rise of TrkB activity.
        ampa_insertion_gain = 0.25, unit "1", range 0.0..=2.0,
            symbol "k_a", species "rat", grade Fitted, source "fitted to C15 (half of activity is rescued by 3-6 h); surface GluA1 is up within hours of ketamine: Li 2010; Zanos 2016 Nature";
        /// Gain of AMPA insertion per surplus of synaptic protein.
        ampa_protein_gain = 1.5, unit "1", range 0.0..=2.0,
            symbol "k_aP", species "rat", grade Fitted, source "fitted to C16 (effect at 24 h against 2 h and 7 d) within C15; GluA1 is among the synaptic proteins that stay raised for days: Li 2010 Science";
        /// Largest AMPA conductance per unit of synaptic size, relative to baseline: there are only so many places at a synapse.
        largest_ampa_gain = 1.6, unit "1", range 1.0..=5.0,
            symbol "A_max", species "rat", grade C, source "surface GluA1 up by about half within hours to a day of ketamine (Li 2010 Science; Zanos 2016 Nature, recalled), taken as near the bound";
        /// Time constant of AMPA insertion.
        ampa_time_constant_h = 3.0, unit "h", range 0.1..=100.0,
            symbol "τ_a", species "mouse", grade C, source "activity and behaviour are rescued by 3-6 h, before new spines: Moda-Sava 2019 Science";
    }
}
