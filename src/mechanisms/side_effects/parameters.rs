//! The parameters of side effects.

crate::parameters! {
    /// How block of NMDA receptors and sympathetic drive become side effects, and how tolerance to them builds.
    pub struct SideEffectsParameters of "side_effects" {
        /// Block of interneurons' NMDA receptors at which dissociation is half of what the CADSS can show.
        dissociation_half_block = 0.225, unit "1", range 0.01..=1.0, symbol "b_D", species "human", grade Fitted,
            source "fitted to C19: CADSS 12-30 at the end of 0.5 mg/kg over 40 min";
        /// Steepness with which dissociation grows with block.
        dissociation_hill = 2.5, unit "1", range 0.5..=6.0, symbol "h_D", species "human", grade C,
            source "judgement of 2-3 in the project's literature table; with C19's at most 25 % of the peak at 110 min. In conflict: linear between 50 and 200 ng/mL in Bowdle 1998 doi:10.1097/00000542-199801000-00015";
        /// Block at which half of subjects are dizzy.
        dizziness_half_block = 0.24, unit "1", range 0.01..=1.0, symbol "b_Z", species "human", grade Fitted,
            source "fitted to 20.6 % with dizziness in the first week of intranasal esketamine, 56-84 mg (pooled phase 3, n=928, J Clin Psychiatry, abstract)";
        /// Block at which half of subjects are nauseous.
        nausea_half_block = 0.30, unit "1", range 0.01..=1.0, symbol "b_N", species "human", grade Fitted,
            source "fitted to 14.0 % with nausea in the first week of intranasal esketamine (pooled phase 3, n=928, J Clin Psychiatry, abstract)";
        /// Block at which half of subjects are sedated.
        sedation_half_block = 0.12, unit "1", range 0.01..=1.0, symbol "b_S", species "human", grade Fitted,
            source "fitted to 48-61 % with sedation after intranasal esketamine on an observer's scale (label)";
        /// Steepness with which dizziness, nausea and sedation grow with block.
        complaint_hill = 2.0, unit "1", range 0.5..=6.0, symbol "h_C", species "human", grade Assumed,
            source "assumed: a little less steep than dissociation";
        /// Potentiation of GABA-A receptors at which half of subjects are sedated; twice that, and half are dizzy.
        sedation_half_potentiation = 0.08, unit "1", range 0.001..=2.0, symbol "p_S", species "human", grade C,
            source "derived: 0.08 is the drug file's potentiation at 27 ng/mL of midazolam. Half-maximal effect on the EEG at 31 ng/mL (doi:10.1177/0091270004265368); 2.5 mg in the nose, 31 ng/mL, sedates (PMC5346864); in intensive care half are at Ramsay 2 with 68 ng/mL (Barr 2001 Anesthesiology)";
        /// Systolic blood pressure of a subject at rest.
        baseline_systolic_mmhg = 118.0, unit "mmHg", range 80.0..=180.0, symbol "SBP₀", species "human", grade C,
            source "recalled: typical of adults without hypertension";
        /// Diastolic blood pressure of a subject at rest.
        baseline_diastolic_mmhg = 75.0, unit "mmHg", range 40.0..=120.0, symbol "DBP₀", species "human", grade C,
            source "recalled: typical of adults without hypertension";
        /// Heart rate of a subject at rest.
        baseline_heart_rate_bpm = 68.0, unit "bpm", range 40.0..=120.0, symbol "HR₀", species "human", grade C,
            source "recalled: typical of adults";
        /// Rise of systolic pressure at full sympathetic drive.
        systolic_gain_mmhg = 52.0, unit "mmHg", range 0.0..=200.0, symbol "g_S", species "human", grade Fitted,
            source "fitted to C20: +16.0 mmHg (SD 11.2), peak at 40 min, 2,342 infusions of 0.5 mg/kg (2024 Gen Hosp Psychiatry), and to what is left at 120 min";
        /// Rise of diastolic pressure at full sympathetic drive.
        diastolic_gain_mmhg = 36.0, unit "mmHg", range 0.0..=150.0, symbol "g_P", species "human", grade Fitted,
            source "fitted to +11.0 mmHg (SD 8.5) in the same infusions (2024 Gen Hosp Psychiatry)";
        /// Rise of heart rate at full sympathetic drive.
        heart_rate_gain_bpm = 26.0, unit "bpm", range 0.0..=150.0, symbol "g_H", species "human", grade Fitted,
            source "fitted to C20: +4 to +10 1/min at 0.5 mg/kg";
        /// Rate at which tolerance builds while dissociation is complete.
        tolerance_gain_per_h = 0.75, unit "1/h", range 0.0..=20.0, symbol "k_θ", species "human", grade C,
            source "CADSS peaks fall over consecutive doses (TRANSFORM-2 and SUSTAIN-1, post-hoc abstract); size assumed: the sixth of six infusions dissociates about two thirds as much as the first";
        /// Time constant with which tolerance fades.
        tolerance_decay_d = 10.0, unit "d", range 0.1..=365.0, symbol "τ_θ", species "human", grade C,
            source "dissociation falls from 20 to 8.8 points over 14 weekly doses (Glue 2018 J Psychopharmacol), so that tolerance outlasts a week: half is left after 7 d at 10 d; that a month apart nothing is left is assumed";
        /// How much of that tolerance applies to blood pressure and heart rate.
        cardiovascular_tolerance_weight = 0.0, unit "1", range 0.0..=1.0, symbol "w_θ", species "human", grade B,
            source "no difference between the first and the sixth infusion in two series (Zhou 2021, 741 infusions; Riva-Posse 2018, 684)";
    }
}
