// A capture without names. Every report of it has the same figures as before, and the same placeholders.
#pragma once

#include "evidence/capture.h"
#include "redaction/names.h"

namespace nmtx {

// What is replaced: names that no public list has (words.h), wherever they stand: in paths, options,
// properties, names of threads, classes and libraries; hosts, users, mail and IP addresses, ids. Documents
// that cannot be rewritten are left out, and said to be missing. The header says how much that was
// (CaptureHeader::redaction). One that was redacted before stays as it is.
Capture redact_capture(const Capture& capture, NameRedactor& names);

}  // namespace nmtx
