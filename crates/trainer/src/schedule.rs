//! The learning rate over a run: a linear warm-up, then half a cosine.

/// Learning rate by step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Highest rate.
    pub peak: f32,
    /// Steps of the linear warm-up.
    pub warmup: u64,
    /// Steps of the whole run.
    pub steps: u64,
    /// Rate at the end, as a share of the peak.
    pub floor: f32,
}

impl Schedule {
    /// The rate of the 0-based `step`.
    pub fn rate(&self, step: u64) -> f32 {
        if step < self.warmup {
            return self.peak * (step + 1) as f32 / self.warmup as f32;
        }
        let rest = self.steps.saturating_sub(self.warmup).max(1);
        let progress = ((step - self.warmup) as f32 / rest as f32).min(1.0);
        let cosine = 0.5 + 0.5 * (std::f32::consts::PI * progress).cos();
        self.peak * (self.floor + (1.0 - self.floor) * cosine)
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn rises_then_falls_to_the_floor() {
        let schedule = Schedule { peak: 2.0, warmup: 4, steps: 104, floor: 0.1 };
        let close = |step, rate: f32| assert!((schedule.rate(step) - rate).abs() < 1e-6);
        close(0, 0.5);
        close(3, 2.0);
        close(4, 2.0);
        assert!((schedule.rate(54) - 1.1).abs() < 1e-3);
        close(104, 0.2);
        close(900, 0.2);
        assert!((5..104).all(|step| schedule.rate(step) <= schedule.rate(step - 1)));
    }
}
