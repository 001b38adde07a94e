// The checks of one process.
#pragma once

#include "doctor/doctor.h"

namespace nmtx {

void add_target_checks(const TargetFacts& target, DoctorReport& report);

}  // namespace nmtx
