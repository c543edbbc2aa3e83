//! The parameters of synaptogenesis.

crate::parameters! {
    /// Growth of vacant elements and how they meet.
    pub struct SynaptogenesisParameters of "synaptogenesis" {
        /// Births per standing synapse of the planned network at the set point.
        formation_per_d = 0.0449, unit "1/d", range 0.0..=0.3,
            symbol "F₀", species "mouse", grade Fitted, source "fitted to C12 (3-7 %/d, net below 0.5 %/d): balances elimination in the unstressed network";
        /// Activity trace below which no element grows.
        growth_minimum = 0.0, unit "1", range 0.0..=0.9,
            symbol "η", species "model", grade B, source "Butz & van Ooyen 2013 PLoS Comput Biol";
        /// Largest relative rise of growth of spines from a surplus of synaptic protein.
        protein_gain = 12.0, unit "1", range 0.0..=50.0,
            symbol "γ", species "mouse", grade Fitted, source "fitted to C14 (30-65 % of lost spines back at 24 h): Moda-Sava 2019 Science, Li 2010 Science";
        /// Surplus of synaptic protein at which half of that rise is reached, relative to the resting pool.
        protein_half_surplus = 0.5, unit "1", range 0.01..=10.0,
            symbol "K_s", species "rat", grade Fitted, source "fitted with γ to C14, in the range of Li 2010 (+30 to +80 %)";
        /// Loss of growth at full glucocorticoid load.
        stress_suppression = 0.25, unit "1", range 0.0..=1.0,
            symbol "k_f", species "mouse", grade C, source "formation unchanged (PMC8182072) to slightly down (Moda-Sava 2019): C13; 0 for 'elimination only' (switch S7)";
        /// Lifetime of a vacant dendritic element that finds no partner.
        vacant_lifetime_h = 24.0, unit "h", range 0.5..=1_000.0,
            symbol "τ_v", species "mouse", grade C, source "filopodia extend and retract over hours, and adults have hardly any: Grutzendler 2002 Nature (abstract); hours to a day in young mice: Zuo 2005 Neuron (recalled); a day is at the long end";
        /// Time that a vacant dendritic element needs on average to meet a bouton.
        search_time_h = 2.0, unit "h", range 0.05..=200.0,
            symbol "τ_p", species "mouse", grade C, source "new spines form synapses within hours to days: Knott 2006; assumed at the fast end";
        /// Boutons that axons grow anew, per synapse formed at the set point; most new spines take a bouton that stands.
        bouton_renewal = 0.42, unit "1", range 0.0..=10.0,
            symbol "ρ_A", species "mouse", grade Fitted, source "calibrated with s_A so that few boutons stand vacant at rest: new spines contact boutons that exist (Knott 2006 Nat Neurosci)";
        /// Lifetime of a vacant bouton that finds no partner.
        bouton_lifetime_d = 12.0, unit "d", range 0.1..=365.0,
            symbol "τ_A", species "mouse", grade C, source "dynamic boutons have half-lives of 5-20 d (Gogolla 2007), others of months; 40-85 % stand after a month by type (De Paola 2006 Neuron)";
        /// Share of boutons that stay, vacant, when their synapse is eliminated.
        bouton_survival = 0.70, unit "1", range 0.0..=1.0,
            symbol "s_A", species "mouse", grade C, source "more than 80 % of terminals stand after three weeks, terminals more stable than spines (Majewska 2006 J Neurosci, PMC6673961)";
        /// Share of growing spines that take a vacated contact of their own dendrite where there are many; 0 switches the memory of
        /// partners off.
        contact_preference = 0.90, unit "1", range 0.0..=1.0,
            symbol "p_g", species "mouse", grade C, source "lost spines are formed again in place: Ng 2018 Transl Psychiatry and Moda-Sava 2019 Science (direction read; 40-50 % recalled); new spines prefer boutons that have synapses: Knott 2006 Nat Neurosci; size assumed";
        /// Vacated contacts, relative to the synapses of the plan, at which half of that is reached.
        contact_half_share = 0.10, unit "1", range 0.001..=10.0,
            symbol "n_½", species "-", grade Assumed, source "assumed with p_g: a tenth of the synapses of a dendrite, vacant, is as near as all other boutons together";
        /// Time for which a vacated contact stays.
        contact_memory_d = 20.0, unit "d", range 0.1..=365.0,
            symbol "τ_g", species "mouse", grade C, source "boutons outlast spines: dynamic ones have half-lives of 5-20 d, others of months (Gogolla 2007; De Paola 2006 Neuron: 40-85 % stand after a month)";
        /// Rate at which a vacated contact beyond those that are there at rest draws a spine of its own, without a drug.
        contact_retry_per_d = 0.25, unit "1/d", range 0.0..=2.0,
            symbol "k_g", species "rat", grade C, source "dendrites are back 10 d after 10 d of restraint (PMC5555043) and about three weeks after 21 d (Radley 2005; Goldwater 2009, recalled); size assumed";
        /// Vacated contacts at rest, relative to the synapses of the plan.
        contact_resting_share = 0.20, unit "1", range 0.0..=5.0,
            symbol "n_0", species "-", grade Fitted, source "fitted so that the unstressed network holds its spines: just above the share at which losses, finds and forgetting balance there, 0.14 to 0.17. Over 60 d at rest spines change by +16, +12, +2, -0.4 and -1 % with 0, 0.1, 0.15, 0.2 and 0.3";
        /// How far growth of inhibitory elements on pyramidal cells mirrors that of excitatory ones about the set point: 1, a cell that
        /// fires too little loses inhibition; ½, inhibition does not follow activity; 0, it gains inhibition as it gains excitation.
        inhibitory_mirroring = 1.0, unit "1", range 0.0..=1.0,
            symbol "w_I", species "mouse", grade B, source "deprived adult cortex loses inhibitory synapses on pyramidal cells and their boutons: Keck 2011 Neuron 71:869; Chen 2012 Neuron 74:361; van Versendaal 2012 Neuron 74:374";
        /// Turnover of inhibitory synapses relative to excitatory ones; equal to the one of spine_plasticity for a steady state.
        inhibitory_formation_factor = 0.415, unit "1", range 0.0..=5.0,
            symbol "φ_F", species "mouse", grade C, source "Villa 2016 Neuron; fitted so that inhibitory synapses neither gain nor lose in the unstressed network";
    }
}
