// Pages of reports in a real browser: their script runs under their own policy, states can be linked, nobody is asked for anything.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <opencv2/imgproc.hpp>
#include <regex>
#include <thread>

#include "harness/core/files.hpp"
#include "tests/browser/browser.hpp"
#include "tests/browser/pictures.hpp"
#include "tests/results/report/sample_page.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::Browser;
using test::kGreen;
using test::kHostileClass;
using test::kMagenta;
using test::page_of;
using test::sample_page;
using test::strip_of_pictures;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

/// A server that nobody is to call.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(socket_, 16), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { hang_up_on_everybody(); });
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() {
    stopping_ = true;
    thread_.join();
    ::close(socket_);
  }

  [[nodiscard]] std::string address() const { return fmt::format("http://127.0.0.1:{}/", port_); }
  /// Since the start.
  [[nodiscard]] bool was_called() const { return called_; }

 private:
  void hang_up_on_everybody() {
    while (!stopping_) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) != 1) continue;
      called_ = true;
      ::close(::accept(socket_, nullptr, nullptr));
    }
  }

  int socket_;
  int port_ = 0;
  std::atomic<bool> stopping_{false}, called_{false};
  std::thread thread_;
};

class ReportInBrowser : public testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::available()) GTEST_SKIP() << test::kNoBrowser;
    write_file_atomically(page_, page_of(sample_page(strip_of_pictures())));
  }

  /// Numbers of the clusters that are shown, in order.
  [[nodiscard]] std::vector<int> shown(const std::string& document) const {
    std::vector<int> numbers;
    const std::regex card("<article[^>]*id=\"cluster-([0-9]+)\"[^>]*>");
    for (auto at = std::sregex_iterator(document.begin(), document.end(), card); at != std::sregex_iterator(); ++at) {
      if (at->str().find("hidden") == std::string::npos) numbers.push_back(std::stoi((*at)[1]));
    }
    return numbers;
  }
  [[nodiscard]] std::vector<int> shown_at(const std::string& address) const { return shown(browser_.document(page_, address)); }

  test::TemporaryFolder folder_;
  fs::path page_ = folder_ / "page.html";
  Browser browser_{folder_.path()};
};

/// Where a colour is, to within what smoothing and JPEG make of it.
cv::Mat where(const cv::Mat& picture, const cv::Scalar& colour) {
  cv::Mat found;
  cv::inRange(picture, colour - cv::Scalar::all(24), colour + cv::Scalar::all(24), found);
  return found;
}

TEST_F(ReportInBrowser, ShowsEveryClusterWithoutASearch) {
  const auto document = browser_.document(page_);
  EXPECT_THAT(shown(document), ElementsAre(0, 1, 2, 12));
  EXPECT_THAT(document, HasSubstr(">4 clusters, 40 videos<"));
  EXPECT_THAT(document, HasSubstr("head 0 (NMI 81.0, best)"));
  EXPECT_THAT(document, HasSubstr("data:image/jpeg;base64,")) << "the pictures in sight were decoded";
  EXPECT_THAT(document, HasSubstr("strip seen"));
  EXPECT_THAT(document, HasSubstr("class=\"moving\""));
}

TEST_F(ReportInBrowser, HostileNamesAreShownAndDoNothing) {
  const auto document = browser_.document(page_, "#cluster-12");
  EXPECT_THAT(document, HasSubstr("<title>SYNTHETIC: Clusters of selavi on ave</title>"));
  EXPECT_THAT(document, HasSubstr("&lt;/script&gt;&lt;script&gt;document.title='broken'&lt;/script&gt;"));
  EXPECT_THAT(document, HasSubstr("&lt;img src=x onerror="));
  EXPECT_THAT(document, Not(HasSubstr("<img")));
}

TEST_F(ReportInBrowser, SearchesAndSortsAsTheAddressSays) {
  const auto violin = browser_.document(page_, "#q=violin");
  EXPECT_THAT(shown(violin), ElementsAre(1, 0)) << "best matches first";
  EXPECT_THAT(violin, HasSubstr("violin: 6 of 10"));
  EXPECT_THAT(shown_at("#q=VIDEO_025"), ElementsAre(2)) << "a video";
  EXPECT_THAT(shown_at("#q=12"), ElementsAre(12)) << "a number";
  EXPECT_THAT(shown_at("#q=train+horn&sort=size"), ElementsAre(2)) << "underscores are blanks";
  EXPECT_THAT(shown_at("#sort=size"), ElementsAre(0, 2, 12, 1));
  EXPECT_THAT(shown_at("#sort=purity&reverse=1"), ElementsAre(0, 1, 2, 12));
}

TEST_F(ReportInBrowser, LinksToClustersAndHeads) {
  const auto linked = browser_.document(page_, "#cluster-2");
  EXPECT_TRUE(std::regex_search(linked, std::regex("<article class=\"card target\" id=\"cluster-2\"")));
  EXPECT_TRUE(std::regex_search(browser_.document(page_, "?id=12"), std::regex("<article class=\"card target\" id=\"cluster-12\"")));
  EXPECT_THAT(shown_at("#head=1"), ElementsAre(3));
  EXPECT_THAT(browser_.document(page_, "#labels=off"), HasSubstr("unlabelled"));
}

TEST_F(ReportInBrowser, NonsenseInAnAddressIsPassedOver) {
  for (const char* address :
       {"#head=9&sort=nothing&cluster=77", "#head=length", "#head=map&constructor=1", "#sort=__proto__", "#sort=constructor&__proto__=1"})
    EXPECT_THAT(shown_at(address), ElementsAre(0, 1, 2, 12)) << address;
}

TEST_F(ReportInBrowser, MissesExamplesOnlyWhereOthersHaveSome) {
  const std::string line = ">None of the example videos of this page is in this cluster.<";
  auto page = sample_page(strip_of_pictures());
  // The clusters of head 1 are one too many for the few examples of head 0.
  page.heads[1].clusters.assign(page.ids.size(), 3);
  page.heads[1].clusters.at(9) = 4;
  page.examples = 1;
  page.strips.clear();
  for (const int64_t video : report::shown_videos(page)) page.strips[video] = strip_of_pictures();
  ASSERT_FALSE(page.strips.contains(9));
  write_file_atomically(page_, page_of(page));
  EXPECT_THAT(browser_.document(page_, "#head=1"), HasSubstr(line));
  page.examples = 0;
  page.strips.clear();
  write_file_atomically(page_, page_of(page));
  for (const char* address : {"", "#head=1"}) EXPECT_THAT(browser_.document(page_, address), Not(HasSubstr(line))) << address;
}

TEST_F(ReportInBrowser, PaintsPicturesAndCharts) {
  // Chromium decodes pictures beside the script, on a busy machine after the shot: they are missing if they are so again and again.
  constexpr int kTwelvePictures = 11 * 90 * 90;
  int painted = 0;
  for (int look = 0; look < 5 && painted <= kTwelvePictures; ++look) {
    const auto whole = browser_.picture(page_);
    ASSERT_FALSE(whole.empty());
    painted = cv::countNonZero(where(whole, kMagenta)) + cv::countNonZero(where(whole, kGreen));
  }
  EXPECT_GT(painted, kTwelvePictures);
  // Without clusters the charts come to the top.
  browser_.height = 2000;
  const auto charts = browser_.picture(page_, "#q=nowhere");
  EXPECT_GT(cv::mean(charts)[1], 200) << "light";
  const cv::Scalar evaluated(0xc5, 0x53, 0x1f), labelled(0x0a, 0x53, 0xb4), drawn(0x4b, 0x7a, 0x2c);
  for (const auto& [name, colour] : {std::pair{"evaluated", evaluated}, {"labelled", labelled}, {"drawn", drawn}}) {
    const auto ink = where(charts, colour);
    EXPECT_GT(cv::countNonZero(ink), 150) << name;
    const auto box = cv::boundingRect(ink);
    EXPECT_GT(box.width, 200) << name;
    EXPECT_GT(box.height, 40) << name;
  }
}

TEST_F(ReportInBrowser, IsDarkForThoseWhoLikeItDark) {
  browser_.dark = true;
  EXPECT_LT(cv::mean(browser_.picture(page_, "#q=nowhere"))[1], 70);
}

TEST_F(ReportInBrowser, LetsNoRequestAndNoForeignScriptThrough) {
  const std::string text = read_file(page_);
  const auto with_intruders = [&](const std::string& page, const std::string& address) {
    const std::string intruders = fmt::format(
        "<img src=\"{0}a.png\"><script src=\"{0}b.js\"></script><link rel=\"stylesheet\" href=\"{0}c.css\">"
        "<script>document.title = 'broken'; fetch('{0}d')</script>",
        address);
    return std::regex_replace(page, std::regex("<main"), intruders + "<main");
  };
  const Listener nobody, somebody;
  write_file_atomically(page_, with_intruders(text, nobody.address()));
  const auto document = browser_.document(page_);
  EXPECT_THAT(shown(document), ElementsAre(0, 1, 2, 12)) << "the page's own script runs";
  EXPECT_THAT(document, HasSubstr("<title>SYNTHETIC"));
  EXPECT_FALSE(nobody.was_called());
  // Without the policy they would have come through: the test can fail.
  const std::string open = std::regex_replace(text, std::regex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>"), "");
  write_file_atomically(page_, with_intruders(open, somebody.address()));
  EXPECT_THAT(browser_.document(page_), HasSubstr("<title>broken</title>"));
  EXPECT_TRUE(somebody.was_called());
}

}  // namespace
}  // namespace vbench
