#include "methods/smth3d/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::smth3d {
namespace {

// Letters are drawn larger and reduced: OpenCV's own are coarse at the size of labels.
constexpr int kFiner = 4;
constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr double kCapital = 21;  // height of its capitals at scale 1, pixels
constexpr int kFraction = 4;     // bits of a pixel's fraction in put_line

struct Pen {
  double scale;
  int thickness;
};

Pen pen_of(const TextStyle& style) {
  const double height = style.height * kFiner;
  return {height / kCapital, std::max(1, static_cast<int>(std::lround(height * (style.bold ? 0.165 : 0.1))))};
}

/// Opacity of a line of text, and where the middle of its capitals is.
struct Stencil {
  cv::Mat opacity;  // CV_8U
  int middle = 0;
};

Stencil stencil_of(const std::string& text, const TextStyle& style) {
  const auto pen = pen_of(style);
  int below = 0;
  const auto size = cv::getTextSize(text, kFont, pen.scale, pen.thickness, &below);
  const int margin = kFiner + pen.thickness, baseline = margin + static_cast<int>(std::lround(style.height * kFiner));
  const auto whole = [](int pixels) { return (pixels + kFiner - 1) / kFiner; };
  const cv::Size reduced(whole(size.width + 2 * margin), whole(baseline + below + margin));
  cv::Mat fine(reduced * kFiner, CV_8U, cv::Scalar(0));
  cv::putText(fine, text, {margin, baseline}, kFont, pen.scale, cv::Scalar(255), pen.thickness, cv::LINE_AA);
  Stencil stencil;
  cv::resize(fine, stencil.opacity, reduced, 0, 0, cv::INTER_AREA);
  stencil.middle = (baseline - static_cast<int>(style.height * kFiner / 2)) / kFiner;
  return stencil;
}

void blend(cv::Mat& picture, const cv::Mat& opacity, cv::Point corner, const cv::Scalar& colour) {
  const auto visible = cv::Rect(corner, opacity.size()) & cv::Rect({}, picture.size());
  for (int y = visible.y; y < visible.y + visible.height; ++y) {
    for (int x = visible.x; x < visible.x + visible.width; ++x) {
      const double share = opacity.at<uint8_t>(y - corner.y, x - corner.x) / 255.0;
      auto& pixel = picture.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c) pixel[c] = cv::saturate_cast<uint8_t>(pixel[c] * (1 - share) + colour[c] * share);
    }
  }
}

double shift_of(Align align, double length) {
  if (align == Align::kStart) return 0;
  return align == Align::kMiddle ? length / 2 : length;
}

int rounded(double value) { return static_cast<int>(std::lround(value)); }

/// How many characters of the text fit, at least one.
size_t fitting(const std::string& text, const TextStyle& style, double width) {
  size_t fits = 1, most = text.size();
  while (fits < most) {
    const size_t middle = (fits + most + 1) / 2;
    if (text_width(text.substr(0, middle), style) <= width) {
      fits = middle;
    } else {
      most = middle - 1;
    }
  }
  return fits;
}

std::vector<std::string> all_lines(const std::string& text, const TextStyle& style, double width) {
  std::vector<std::string> lines;
  for (std::string word : split(text, ' ')) {
    if (word.empty()) continue;
    if (!lines.empty() && text_width(lines.back() + ' ' + word, style) <= width) {
      lines.back() += ' ' + word;
      continue;
    }
    while (text_width(word, style) > width && word.size() > 1) {
      const size_t cut = fitting(word, style, width);
      lines.emplace_back(word.substr(0, cut));
      word.erase(0, cut);
    }
    if (!word.empty()) lines.push_back(word);
  }
  return lines;
}

}  // namespace

std::string drawable(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xC0) continue;  // goes on with a character that has its mark already
    if (byte >= 0xC0) {
      plain += '?';
    } else {
      plain += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
  }
  return plain;
}

double text_width(const std::string& text, const TextStyle& style) {
  const auto pen = pen_of(style);
  int below = 0;
  return static_cast<double>(cv::getTextSize(drawable(text), kFont, pen.scale, pen.thickness, &below).width) / kFiner;
}

void put_text(cv::Mat& picture, const std::string& text, cv::Point2d place, const TextStyle& style, Align align) {
  const auto stencil = stencil_of(drawable(text), style);
  const cv::Point corner(rounded(place.x - shift_of(align, stencil.opacity.cols)), rounded(place.y) - stencil.middle);
  blend(picture, stencil.opacity, corner, style.colour);
}

void put_text_upward(cv::Mat& picture, const std::string& text, cv::Point2d place, const TextStyle& style, Align align) {
  const auto stencil = stencil_of(drawable(text), style);
  cv::Mat turned;
  cv::rotate(stencil.opacity, turned, cv::ROTATE_90_COUNTERCLOCKWISE);
  const cv::Point corner(rounded(place.x) - stencil.middle, rounded(place.y + shift_of(align, turned.rows)) - turned.rows);
  blend(picture, turned, corner, style.colour);
}

std::string shortened(const std::string& text, const TextStyle& style, double width) {
  const std::string plain = drawable(text);
  if (text_width(plain, style) <= width) return plain;
  const double rest = width - text_width("...", style);
  return trim(plain.substr(0, fitting(plain, style, rest))) + "...";
}

std::vector<std::string> wrapped(const std::string& text, const TextStyle& style, double width, size_t most) {
  auto lines = all_lines(drawable(text), style, width);
  if (lines.size() <= most) return lines;
  for (size_t i = most; i < lines.size(); ++i) lines[most - 1] += ' ' + lines[i];
  lines.resize(most);
  lines.back() = shortened(lines.back(), style, width);
  return lines;
}

void put_line(cv::Mat& picture, cv::Point2d from, cv::Point2d to, const cv::Scalar& colour, int thickness) {
  const auto fixed = [](cv::Point2d p) { return cv::Point(rounded(p.x * (1 << kFraction)), rounded(p.y * (1 << kFraction))); };
  cv::line(picture, fixed(from), fixed(to), colour, thickness, cv::LINE_AA, kFraction);
}

void write_png(const std::filesystem::path& file, const cv::Mat& picture) {
  std::vector<uint8_t> bytes;
  if (!cv::imencode(".png", picture, bytes, {cv::IMWRITE_PNG_COMPRESSION, 6}) || bytes.empty())
    throw input_error("the picture cannot be encoded", file.string());
  write_file_atomically(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace vbench::smth3d
