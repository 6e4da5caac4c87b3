#include "model/explore/scheduler.hpp"

#include "model/explore/pct.hpp"
#include "model/explore/portfolio.hpp"
#include "model/explore/pos.hpp"
#include "model/explore/random_walk.hpp"
#include "model/explore/rff.hpp"
#include "model/explore/surw.hpp"
#include "model/program/check_that.hpp"

namespace heddle {

std::unique_ptr<scheduler> make_scheduler(search_mode mode, unsigned depth) {
  switch (mode) {
    case search_mode::random:
      return std::make_unique<random_walk>();
    case search_mode::pct:
      return std::make_unique<pct>(depth);
    case search_mode::pos:
      return std::make_unique<pos>();
    case search_mode::surw:
      return std::make_unique<surw>();
    case search_mode::rff:
      return std::make_unique<rff>();
    case search_mode::portfolio:
      return std::make_unique<portfolio>(depth);
    case search_mode::exhaustive:
      break;
  }
  broken("the exhaustive search has no scheduler", __FILE__, __LINE__);
}

}  // namespace heddle
