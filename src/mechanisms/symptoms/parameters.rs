//! The parameters of symptoms.

crate::parameters! {
    /// How circuit function becomes points on rating scales.
    pub struct SymptomsParameters of "symptoms" {
        /// How much of the circuit counts by the number of spines; the rest counts by the excitation that they pass on.
        /// 1: new synapses induce the effect; 0: they count by their strength alone, and newborn ones are weak (switch S4).
        structure_weight = 0.15, unit "1", range 0.0..=1.0, symbol "w", species "-", grade Fitted,
            source "fitted to C16 (effect size at 24 h and when it is largest; 0.5 would count both alike); Moda-Sava 2019 Science: behaviour is rescued before new spines form, and lost again with them";
        /// Exponent with which GABA content counts in circuit function.
        inhibition_weight = 1.0, unit "1", range 0.0..=4.0, symbol "g", species "-", grade Assumed,
            source "assumed: excitation and inhibition of a circuit count alike; GABA is low in depression (meta-analyses, recalled)";
        /// Width of the band of activity that counts as function, as a logarithm (base e) of the relative rate.
        activity_band_ln = 0.8, unit "1", range 0.1..=5.0, symbol "σ", species "-", grade Assumed,
            source "assumed: a rate half or twice the set point costs a third of function";
        /// Loss of circuit function at which severity is one half.
        half_loss = 0.44, unit "1", range 0.01..=2.0, symbol "Λ½", species "-", grade Fitted,
            source "fitted to C16 on 80 virtual subjects with depression (`configs/validation/single_dose_trial.toml`)";
        /// Steepness with which severity grows with the loss of circuit function.
        loss_hill = 3.6, unit "1", range 0.5..=10.0, symbol "h", species "-", grade Fitted,
            source "fitted to C16 on the same subjects: MADRS 13-19 lower 24 h after 0.5 mg/kg of ketamine, effect size 0.75-1.3";
        /// Time constant with which mood follows a circuit that works better.
        improvement_time_constant_h = 2.0, unit "h", range 0.1..=200.0, symbol "τ_b", species "human", grade Fitted,
            source "fitted to C16: drug and placebo part by 40-120 min (Kishimoto 2016; Zarate 2006: 110 min)";
        /// Time constant with which mood follows a circuit that works worse.
        worsening_time_constant_h = 2.0, unit "h", range 0.1..=500.0, symbol "τ_w", species "human", grade C,
            source "as for the better: no source for an asymmetry was found, and one would be a ratchet on noise";
        /// Time constant with which what the circuit does not carry at once follows it.
        entrenchment_time_constant_d = 45.0, unit "d", range 1.0..=1_000.0, symbol "τ_e", species "human", grade C,
            source "function recovers neither rapidly nor completely even a year after an episode (Rush 2015 J Clin Psychiatry, on a cohort); of 148 people in partial remission 38 % have lost their symptoms and 26 % function (doi:10.1007/s00406-022-01487-5); size assumed";
        /// Standard deviation of the error of one rating, in MADRS points; other scales in proportion to their length.
        rating_error_points = 2.5, unit "1", range 0.0..=15.0, symbol "ε_r", species "human", grade B,
            source "Williams & Kobak 2008 Br J Psychiatry 192:52: test-retest by two raters, ICC 0.93; of 113 pairs of raters at one visit the mean absolute difference is 1.78 points";
        /// Severity of a typical depressed subject, at which each scale shows its reference; 33 of 60 on the MADRS.
        reference_severity = 0.55, unit "1", range 0.1..=0.95, symbol "S₀", species "human", grade A,
            source "C16: MADRS 32-35 at entry of trials in treatment-resistant depression";
        /// HAM-A at the reference severity.
        hama_reference = 25.0, unit "1", range 1.0..=55.0, symbol "HAM-A₀", species "human", grade C,
            source "recalled: entry scores of trials in anxiety disorders, 22-28 of 56";
        /// CAPS-5 at the reference severity.
        caps5_reference = 42.0, unit "1", range 1.0..=79.0, symbol "CAPS₀", species "human", grade C,
            source "recalled: Feder 2021 Am J Psychiatry, about 42 of 80 at entry";
        /// Y-BOCS at the reference severity.
        ybocs_reference = 28.0, unit "1", range 1.0..=39.0, symbol "YB₀", species "human", grade C,
            source "recalled: Rodriguez 2013 Neuropsychopharmacology, 28-30 of 40 at entry";
        /// Craving on a visual analogue scale at the reference severity.
        craving_reference = 60.0, unit "1", range 1.0..=99.0, symbol "VAS₀", species "human", grade Assumed,
            source "assumed: middle of a 100-mm scale and above, as in people who seek treatment";
        /// PANSS positive subscale at the reference severity, without drug.
        panss_positive_reference = 19.0, unit "1", range 8.0..=48.0, symbol "P₀", species "human", grade C,
            source "recalled: entry scores of trials in schizophrenia, 18-25 of 7-49";
        /// Points that NMDA-receptor block adds to the PANSS positive subscale where it is complete.
        psychosis_points = 12.0, unit "1", range 0.0..=42.0, symbol "P_max", species "human", grade C,
            source "Lahti 1995 doi:10.1016/0893-133X(94)00131-I and Lahti 2001 doi:10.1016/S0893-133X(01)00243-3: positive symptoms rise with dose for up to 30 min, as much in healthy volunteers as in schizophrenia; size recalled, about 6 points at 120-200 ng/mL";
        /// Block of interneurons' NMDA receptors at which half of those points are added.
        psychosis_half_block = 0.14, unit "1", range 0.01..=1.0, symbol "P½", species "human", grade C,
            source "derived, by construction: the model's block of interneurons at the end of 0.5 mg/kg (192 ng/mL), whose plasma levels (100-250 ng/mL) are psychotomimetic: Krystal 1994 and Lahti 2001, tabulated in Zanos 2018 Pharmacol Rev";
        /// Response to full expectancy of a subject at the reference severity, in MADRS points; 0 is none (switch S9).
        expectancy_points = 8.8, unit "1", range 0.0..=15.0, symbol "p", species "human", grade Fitted,
            source "fitted to C16: midazolam -6 to -11 MADRS at 24 h (Murrough 2013: -8.8)";
        /// Share of expectancy that depends on feeling the drug; the rest comes with being given anything.
        expectancy_unblinding = 0.55, unit "1", range 0.0..=1.0, symbol "u", species "human", grade C,
            source "saline arms -2 to -5 MADRS against midazolam's -8 to -9; Wilkinson 2019 doi:10.1038/s41386-019-0317-8 pools both. In conflict: no relation of dissociation to benefit in TRANSFORM (n=576), and none of drug where it could not be felt (Lii 2023 doi:10.1101/2023.04.28.23289210)";
        /// Block of interneurons' NMDA receptors that is half felt.
        felt_half_block = 0.05, unit "1", range 0.001..=1.0, symbol "b½", species "human", grade C,
            source "derived: perception of the body changes at 50 ng/mL in 11 volunteers (doi:10.1007/BF03019666), effects are linear from 50 to 200 ng/mL (Bowdle 1998); 50-70 of the 192 ng/mL at which the model blocks 0.14 are 0.04-0.05";
        /// Potentiation of GABA-A receptors that is half felt.
        felt_half_potentiation = 0.04, unit "1", range 0.001..=1.0, symbol "p½", species "human", grade C,
            source "derived: at 30 ng/mL of midazolam 11 volunteers feel less energetic and clearheaded (doi:10.1007/BF03019666); the drug file's potentiation is 0.09 there and 0.04 at 16 ng/mL, so that five in six feel 30 ng/mL; how many do is a judgement";
        /// Steepness with which a drug is felt, and with which it turns psychotomimetic.
        block_hill = 2.0, unit "1", range 0.5..=6.0, symbol "h_b", species "human", grade C,
            source "recalled: slopes of 2-3 for subjective effects of ketamine";
        /// Time constant with which the response to expectancy sets in.
        expectancy_onset_h = 1.0, unit "h", range 0.1..=24.0, symbol "τ_o", species "human", grade Fitted,
            source "fitted to C16; placebo arms have improved most by 2 h (-9.7 at 2 h, -5.7 at 24 h in the blinded esketamine trial PMC5838571)";
        /// Time constant with which expectancy fades after the last dose.
        expectancy_decay_d = 21.0, unit "d", range 2.0..=365.0, symbol "τ_d", species "human", grade C,
            source "placebo d -1.98 at 7 d: meta-analysis of Matsingos 2024 doi:10.3389/fpsyt.2024.1346697; response to midazolam in 18-28 % at a day and 18 % at a week (Murrough 2013 Am J Psychiatry); size assumed. The 20.6 and 26.2 % of Han 2016 are remission on ketamine";
    }
}
