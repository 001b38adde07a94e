// `nmtx doctor`: a line for each check, with the remedy below those that are limited or fail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "doctor/doctor.h"
#include "report/style/style.h"

namespace nmtx {

std::string doctor_text(const DoctorReport& report, std::optional<std::uint64_t> pid, const TextStyle& style);
// docs/reference/json.md: `nmtx doctor`.
std::string json_doctor(const DoctorReport& report, std::optional<std::uint64_t> pid);

}  // namespace nmtx
