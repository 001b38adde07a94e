// The options of the command line: what there is, and what of it a command gets.
#pragma once

#include <boost/program_options.hpp>

#include "cli/command.h"

namespace nmtx {

// `hidden`: with the operands, which no help text lists.
boost::program_options::options_description options_of(bool hidden);

Expected<void> take_options(const boost::program_options::variables_map& given, Command& command);

// What an option means only beside some verbs is refused beside the others.
Expected<void> check_options(const Command& command);

}  // namespace nmtx
