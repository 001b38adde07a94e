// `nmtx stacks` in its forms.
#pragma once

#include <string>

#include "base/error.h"
#include "profile/profile.h"
#include "report/style/style.h"

namespace nmtx {

// How it was sampled, the hottest methods, paths and threads. With options.all more of each.
std::string stacks_report(const Profile& profile, const ReportOptions& options, const TextStyle& style);
// docs/reference/json.md.
std::string json_stacks(const Profile& profile, bool all);

// One HTML file that needs nothing from elsewhere.
std::string html_stacks(const Profile& profile, const std::string& nmtx_version);
// "java.lang.Thread.run;a.B.c 12500": functions from the thread's first inwards, microseconds. Semicolons and
// control characters of names are replaced. Where the profile weighs bytes, the count is bytes.
std::string collapsed_stacks(const Profile& profile);
// The format of pprof, compressed by gzip; names that are not UTF-8 are made so. Fails where zlib does.
Expected<std::string> pprof_stacks(const Profile& profile);

}  // namespace nmtx
