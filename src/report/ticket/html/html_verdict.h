// The verdict at the head of the page.
#pragma once

#include <string>

#include "report/ticket/ticket.h"

namespace nmtx {

// Its badge and its title; empty where the ticket has no findings.
std::string html_verdict(const Ticket& ticket);  // html_findings.cc

}  // namespace nmtx
