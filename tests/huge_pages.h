// The machine's pool of huge pages (hugetlb), enlarged for as long as a test takes.
#pragma once

#include <fstream>

namespace nmtx::test {

class HugePages {
  public:
    explicit HugePages(int wanted) : before_(read()) {
        write(before_ + wanted);
        enough_ = read() >= before_ + wanted;
    }
    HugePages(const HugePages&) = delete;
    HugePages& operator=(const HugePages&) = delete;
    ~HugePages() { write(before_); }
    // False where this is not root, or the memory is not there: say so with WARN.
    [[nodiscard]] bool enough() const { return enough_; }

  private:
    static constexpr const char* file = "/proc/sys/vm/nr_hugepages";
    static int read() {
        int pages = 0;
        std::ifstream(file) >> pages;
        return pages;
    }
    static void write(int pages) { std::ofstream(file) << pages << "\n"; }

    int before_;
    bool enough_ = false;
};

}  // namespace nmtx::test
