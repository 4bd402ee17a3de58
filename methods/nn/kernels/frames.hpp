// Clips with channels last: four frames of a convolution over time at once, and BatchNorm with ReLU. Included by implementation.hpp only.

// Three taps over six frames give four frames with six products instead of twelve: F(4,3) of Winograd ("Arithmetic complexity of
// computations", 1980) with the points 0, 1, -1, 2, -2 and infinity. The sums before and behind the products are these loops.

static void frames_to_parts(const float* const* frames, float* const* parts, int64_t count) {
  const float *f0 = frames[0], *f1 = frames[1], *f2 = frames[2], *f3 = frames[3], *f4 = frames[4], *f5 = frames[5];
  float *p0 = parts[0], *p1 = parts[1], *p2 = parts[2], *p3 = parts[3], *p4 = parts[4], *p5 = parts[5];
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    const float even1 = f4[i] - 4 * f2[i], odd1 = f3[i] - 4 * f1[i];
    const float even2 = f4[i] - f2[i], odd2 = 2 * (f3[i] - f1[i]);
    p0[i] = 4 * f0[i] - 5 * f2[i] + f4[i];
    p1[i] = even1 + odd1;
    p2[i] = even1 - odd1;
    p3[i] = even2 + odd2;
    p4[i] = even2 - odd2;
    p5[i] = 4 * f1[i] - 5 * f3[i] + f5[i];
  }
}

static void parts_to_frames(const float* const* parts, float* const* frames, int64_t count, float least) {
  const float *p0 = parts[0], *p1 = parts[1], *p2 = parts[2], *p3 = parts[3], *p4 = parts[4], *p5 = parts[5];
  float *f0 = frames[0], *f1 = frames[1], *f2 = frames[2], *f3 = frames[3];
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    const float sum1 = p1[i] + p2[i], sum2 = p3[i] + p4[i], difference1 = p1[i] - p2[i], difference2 = p3[i] - p4[i];
    const float y0 = p0[i] + sum1 + sum2, y1 = difference1 + 2 * difference2;
    const float y2 = sum1 + 4 * sum2, y3 = difference1 + 8 * difference2 + p5[i];
    // Written so that what is not a number stays one.
    f0[i] = y0 < least ? least : y0;
    f1[i] = y1 < least ? least : y1;
    f2[i] = y2 < least ? least : y2;
    f3[i] = y3 < least ? least : y3;
  }
}

static void frame_gradients_to_parts(const float* const* frames, float* const* parts, int64_t count) {
  const float *f0 = frames[0], *f1 = frames[1], *f2 = frames[2], *f3 = frames[3];
  float *p0 = parts[0], *p1 = parts[1], *p2 = parts[2], *p3 = parts[3], *p4 = parts[4], *p5 = parts[5];
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    const float even1 = f0[i] + f2[i], odd1 = f1[i] + f3[i];
    const float even2 = f0[i] + 4 * f2[i], odd2 = 2 * f1[i] + 8 * f3[i];
    p0[i] = f0[i];
    p1[i] = even1 + odd1;
    p2[i] = even1 - odd1;
    p3[i] = even2 + odd2;
    p4[i] = even2 - odd2;
    p5[i] = f3[i];
  }
}

static void part_gradients_to_frames(const float* const* parts, const float* before, const float* behind, float* const* frames,
                                     int64_t count) {
  const float *p0 = parts[0], *p1 = parts[1], *p2 = parts[2], *p3 = parts[3], *p4 = parts[4], *p5 = parts[5];
  float *f0 = frames[0], *f1 = frames[1], *f2 = frames[2], *f3 = frames[3];
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    const float sum1 = p1[i] + p2[i], sum2 = p3[i] + p4[i], difference1 = p1[i] - p2[i], difference2 = p3[i] - p4[i];
    f0[i] = 4 * (p5[i] - difference1) - 2 * difference2 + before[i];
    f1[i] = -5 * p0[i] - 4 * sum1 - sum2;
    f2[i] = difference1 + 2 * difference2 - 5 * p5[i];
    f3[i] = p0[i] + sum1 + sum2 + 4 * behind[i];
  }
}

static void channel_moments(const float* x, double* sums, double* squares, int64_t width, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const float* from = x + row * width;
#pragma omp simd
    for (int64_t c = 0; c < width; ++c) {
      const double value = from[c];
      sums[c] += value;
      squares[c] += value * value;
    }
  }
}

static void scale_relu(const float* x, const float* scale, const float* shift, float* y, int64_t width, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const float* from = x + row * width;
    float* to = y + row * width;
#pragma omp simd
    for (int64_t c = 0; c < width; ++c) {
      const float value = from[c] * scale[c] + shift[c];
      to[c] = value < 0 ? 0 : value;
    }
  }
}

static void scale_relu_sums(const float* dy, const float* x, const ChannelNorm& norm, double* sums, double* products, int64_t width,
                            int64_t begin, int64_t end) {
  const float *scale = norm.scale, *shift = norm.shift, *mean = norm.mean;
  for (int64_t row = begin; row < end; ++row) {
    const float *from = x + row * width, *given = dy + row * width;
#pragma omp simd
    for (int64_t c = 0; c < width; ++c) {
      const float g = from[c] * scale[c] + shift[c] > 0 ? given[c] : 0;
      sums[c] += static_cast<double>(g);
      products[c] += static_cast<double>(g * (from[c] - mean[c]));
    }
  }
}

static void scale_relu_backward(const float* dy, const float* x, const ChannelNorm& norm, float* dx, int64_t width, int64_t begin,
                                int64_t end) {
  const float *scale = norm.scale, *shift = norm.shift, *mean = norm.mean, *slope = norm.slope, *offset = norm.offset;
  for (int64_t row = begin; row < end; ++row) {
    const float *from = x + row * width, *given = dy + row * width;
    float* to = dx + row * width;
#pragma omp simd
    for (int64_t c = 0; c < width; ++c) {
      const float g = from[c] * scale[c] + shift[c] > 0 ? given[c] : 0;
      to[c] = scale[c] * g + slope[c] * (from[c] - mean[c]) + offset[c];
    }
  }
}

static constexpr Frames frames_of() {
  return {frames_to_parts, parts_to_frames, frame_gradients_to_parts, part_gradients_to_frames,
          channel_moments, scale_relu,      scale_relu_sums,          scale_relu_backward};
}
