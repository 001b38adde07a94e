#include "live/growing_jvm.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace nmtx::live {

double slope_of_accounts(const std::string& file, const std::string& key, std::int64_t from_ms,
                         std::int64_t to_ms) {
    std::ifstream in(file);
    std::vector<std::pair<double, double>> points;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::int64_t at = 0;
        words >> at;
        if (at < from_ms || at > to_ms) continue;
        for (std::string word; words >> word;) {
            if (word.rfind(key + "=", 0) != 0) continue;
            points.emplace_back(static_cast<double>(at - from_ms) / 1000,
                                std::stod(word.substr(key.size() + 1)));
        }
    }
    if (points.size() < 10) throw std::runtime_error("the target has no accounts of " + key);
    double mean_at = 0, mean_value = 0;
    for (const auto& [at, value] : points) {
        mean_at += at / static_cast<double>(points.size());
        mean_value += value / static_cast<double>(points.size());
    }
    double together = 0, alone = 0;
    for (const auto& [at, value] : points) {
        together += (at - mean_at) * (value - mean_value);
        alone += (at - mean_at) * (at - mean_at);
    }
    return together / alone;
}

Recorded record_and_judge(const std::string& pid, const std::string& file,
                          const std::vector<std::string>& options) {
    std::vector<std::string> record{"record", pid, "-o", file};
    record.insert(record.end(), options.begin(), options.end());
    const Outcome recorded = run_nmtx(record);
    if (recorded.exit_code != 0) throw std::runtime_error("nmtx record failed: " + recorded.err);
    const Outcome trend = run_nmtx({"trend", file, "--json"});
    if (trend.out.empty()) throw std::runtime_error("nmtx trend failed: " + trend.err);
    return {nlohmann::json::parse(trend.out)["runs"].at(0), trend.exit_code};
}

nlohmann::json row_of(const nlohmann::json& run, const std::string& owner) {
    for (const char* list : {"owners", "sums", "others"}) {
        for (const auto& row : run[list]) {
            if (row["owner"] == owner) return row;
        }
    }
    return nullptr;
}

}  // namespace nmtx::live
