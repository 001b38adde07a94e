// `ulimit -f`: a write past the limit of file sizes is to fail with EFBIG, not to end us with work half done.
#pragma once

#include <csignal>

namespace nmtx {

class FileSizeSignalIgnored {
  public:
    FileSizeSignalIgnored() {
        struct sigaction ignore{};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGXFSZ, &ignore, &before_);
    }
    FileSizeSignalIgnored(const FileSizeSignalIgnored&) = delete;
    FileSizeSignalIgnored& operator=(const FileSizeSignalIgnored&) = delete;
    ~FileSizeSignalIgnored() { ::sigaction(SIGXFSZ, &before_, nullptr); }

  private:
    struct sigaction before_{};
};

}  // namespace nmtx
