//! The parameters of serotonin.

crate::parameters! {
    /// How serotonin answers a reuptake inhibitor, at once and over weeks.
    pub struct SerotoninParameters of "serotonin" {
        /// Share of serotonin's clearance that the transporter carries.
        transporter_share = 0.90, unit "1", range 0.0..=0.99,
            symbol "φ", species "mouse", grade C, source "recalled: without the transporter extracellular serotonin is some six-fold (Mathews 2004 J Neurosci Methods); the rest is other carriers and diffusion";
        /// Strength with which serotonin restrains its own release through naive autoreceptors.
        autoreceptor_feedback = 2.0, unit "1", range 0.0..=20.0,
            symbol "κ", species "rat", grade C, source "recalled: acute reuptake inhibition raises cortical serotonin by some 50-100 %, several times that with autoreceptors blocked (Invernizzi 1992; Hjorth 1993)";
        /// How much lasting serotonin desensitises autoreceptors; 0 if it does not.
        desensitisation = 2.5, unit "1", range 0.0..=50.0,
            symbol "δ", species "rat", grade C, source "60-80 % of raphe neurons desensitised after 21 d: Le Poul 1995 (PMID 7477436); 0 for persisting feedback (PMC7340170)";
        /// Time constant with which autoreceptors desensitise and recover.
        autoreceptor_time_constant_d = 8.0, unit "d", range 0.2..=100.0,
            symbol "τ_D", species "rat", grade B, source "40 % of neurons at 3 d, 60-80 % at 21 d: Le Poul 1995; firing recovers over 2-3 weeks (PMC7340170)";
        /// Time constant with which postsynaptic signalling (cAMP, CREB) follows extracellular serotonin.
        tone_time_constant_d = 6.0, unit "d", range 0.1..=100.0,
            symbol "τ_S", species "rat", grade C, source "CREB and BDNF mRNA rise with 21 d of treatment, not acutely: Nibuya 1995 and 1996 J Neurosci (recalled)";
    }
}
