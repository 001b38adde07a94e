// The options of `nmtx record`, `nmtx trend` and `nmtx gate`.
#pragma once

#include <boost/program_options.hpp>

#include "cli/command.h"

namespace nmtx {

void add_record_options(boost::program_options::options_description& options);
Expected<void> take_record_options(const boost::program_options::variables_map& given, RecordCommand& record);

}  // namespace nmtx
