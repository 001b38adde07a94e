// A capture without names. All its reports have the same figures as before, and the same placeholders.
#pragma once

#include "evidence/capture.h"
#include "redaction/names.h"

namespace nmtx {

// Replaced are names that are in no public list (words.h), everywhere: in paths, options, properties, names
// of threads, classes and libraries; hosts, users, mail and IP addresses, ids. Documents that cannot be
// rewritten are left out and listed as missing. The header says how much was replaced
// (CaptureHeader::redaction). A capture that is already redacted stays as it is.
Capture redact_capture(const Capture& capture, NameRedactor& names);

}  // namespace nmtx
