#include "nn/block_kernels.hpp"

#include "nn/dots.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fprinciple::nn {
namespace {

using Eigen::Index;

/// Up to this dimension kernels know it when they are compiled.
constexpr Index kFixedDim = 4;

/// Calls f with the dimension as a constant, or Dynamic above kFixedDim.
template <class F>
inline void with_dim(Index dim, F&& f) {
  switch (dim) {
    case 1:
      return f(std::integral_constant<int, 1>{});
    case 2:
      return f(std::integral_constant<int, 2>{});
    case 3:
      return f(std::integral_constant<int, 3>{});
    case 4:
      return f(std::integral_constant<int, 4>{});
    default:
      return f(std::integral_constant<int, Eigen::Dynamic>{});
  }
}

#if defined(__x86_64__)
#define FPRINCIPLE_AVX512 __attribute__((target("arch=x86-64-v4")))
/// What GCC's vectors do not say: AVX-512's masks as numbers.
template <class Scalar>
struct Masks;
template <>
struct Masks<double> {
  using Mask = __mmask8;
  FPRINCIPLE_AVX512 static inline Mask positive(const __m512d& z) {
    return _mm512_cmp_pd_mask(z, _mm512_setzero_pd(), _CMP_GT_OQ);
  }
  FPRINCIPLE_AVX512 static inline void add(__m512d& sum, Mask mask, double x) {
    sum = _mm512_mask_add_pd(sum, mask, sum, _mm512_set1_pd(x));
  }
  FPRINCIPLE_AVX512 static inline void add_product(__m512d& sum, Mask mask, const __m512d& a,
                                                   const __m512d& z) {
    sum = _mm512_mask3_fmadd_pd(a, z, sum, mask);
  }
};
template <>
struct Masks<float> {
  using Mask = __mmask16;
  FPRINCIPLE_AVX512 static inline Mask positive(const __m512& z) {
    return _mm512_cmp_ps_mask(z, _mm512_setzero_ps(), _CMP_GT_OQ);
  }
  FPRINCIPLE_AVX512 static inline void add(__m512& sum, Mask mask, float x) {
    sum = _mm512_mask_add_ps(sum, mask, sum, _mm512_set1_ps(x));
  }
  FPRINCIPLE_AVX512 static inline void add_product(__m512& sum, Mask mask, const __m512& a,
                                                   const __m512& z) {
    sum = _mm512_mask3_fmadd_ps(a, z, sum, mask);
  }
};
#endif

/// The kernels with vectors of so many bytes. Those with 64 come with 32 registers, others with 16.
template <class Scalar, int Bytes>
struct Kernels {
  static constexpr Index kLanes = Bytes / static_cast<Index>(sizeof(Scalar));
  static constexpr bool kManyRegisters = Bytes == 64;
  static constexpr bool kNotes = Bytes == 64;  // with AVX-512's masks

  /// The points whose z, or what is formed from it, is stored for a block: 32 KiB, for the first
  /// cache.
  static constexpr Index kStored = 32768 / kBlock / static_cast<Index>(sizeof(Scalar));

  template <int Size>
  using Simd = base::Vector<Scalar, Size>;
  using Vec = typename Simd<Bytes>::Type;

  // By reference: vectors of 64 bytes are not passed alike by all instruction sets.
  static inline void load(const Scalar* from, Vec& v) { std::memcpy(&v, from, sizeof v); }
  static inline void store(const Vec& v, Scalar* to) { std::memcpy(to, &v, sizeof v); }

  /// The sum of a vector's numbers, halves first.
  template <int Size>
  static inline double sum_of(const typename Simd<Size>::Type& v) {
    if constexpr (Size == 16) {
      Scalar sum = v[0] + v[1];
      if constexpr (sizeof(Scalar) == 4) sum += v[2] + v[3];
      return static_cast<double>(sum);
    } else {
      typename Simd<Size / 2>::Type half;
      typename Simd<Size / 2>::Type high;
      std::memcpy(&half, &v, sizeof half);
      std::memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof half, sizeof high);
      half += high;
      return sum_of<Size / 2>(half);
    }
  }

  /// z_ij = w_j·x_i + b_j of V vectors of neurons from j on, for P points. D is d, or Dynamic.
  template <int D, int V, int P>
  static inline void preactivate(const Block<Scalar>& block, Index j, const Scalar* x,
                                 Vec (&z)[V][P]) {
    const Index d = D == Eigen::Dynamic ? block.dim : D;
    for (int v = 0; v < V; ++v) {
      Vec b;
      load(block.b + j + v * kLanes, b);
      for (int p = 0; p < P; ++p) z[v][p] = b;
    }
    for (Index k = 0; k < d; ++k) {
      Vec w[V];
      for (int v = 0; v < V; ++v) load(block.w + k * block.stride + j + v * kLanes, w[v]);
      for (int p = 0; p < P; ++p)
        for (int v = 0; v < V; ++v) z[v][p] += w[v] * x[p * d + k];
    }
  }

  /// Calls use(j, i, z) for V vectors of neurons from j on and P points from i on, until all are
  /// done: as many as registers hold, as far as that goes. w is read from the second cache once for
  /// all points.
  template <class Use>
  static inline void preactivate_all(const Block<Scalar>& block, const Scalar* x, Index points,
                                     Use&& use) {
    const auto tile = [&](auto vectors, auto together, Index j, Index i) {
      Vec z[decltype(vectors)::value][decltype(together)::value];
      preactivate<Eigen::Dynamic>(block, j, x + i * block.dim, z);
      use(j, i, z);
    };
    const auto all_points = [&](auto vectors, Index j) {
      Index i = 0;
      for (; i + 4 <= points; i += 4) tile(vectors, std::integral_constant<int, 4>{}, j, i);
      for (; i < points; ++i) tile(vectors, std::integral_constant<int, 1>{}, j, i);
    };
    constexpr int kTogether = kManyRegisters ? 4 : 2;
    Index j = 0;
    for (; j + kTogether * kLanes <= block.size; j += kTogether * kLanes)
      all_points(std::integral_constant<int, kTogether>{}, j);
    for (; j < block.size; j += kLanes) all_points(std::integral_constant<int, 1>{}, j);
  }

  static constexpr Index kWordBytes = 8;
  /// Where the activity of a vector of neurons from j on at point i is noted.
  static std::uint8_t* activity(const PointBlock<Scalar>& at, Index i, Index j) {
    return at.active + (j / 64 * at.points + i) * kWordBytes + j % 64 / 8;
  }
  /// So many vectors of neurons, all of one word, have their sums in registers.
  static constexpr int kNotedTogether = 4;

#if defined(__x86_64__)
  /// sum += a max(z, 0), and whether z > 0.
  FPRINCIPLE_AVX512 static inline void add_noting(Vec& sum, const Vec& a, const Vec& z,
                                                  std::uint8_t* active) {
    const auto mask = Masks<Scalar>::positive(z);
    std::memcpy(active, &mask, sizeof mask);
    Masks<Scalar>::add_product(sum, mask, a, z);
  }

  /// sum += q where a vector of neurons is active.
  FPRINCIPLE_AVX512 static inline void add_noted(const std::uint8_t* active, Scalar q, Vec& sum) {
    typename Masks<Scalar>::Mask mask;
    std::memcpy(&mask, active, sizeof mask);
    Masks<Scalar>::add(sum, mask, q);
  }

  /// The same of V vectors, for the sums of q and q x.
  template <int D, int V>
  FPRINCIPLE_AVX512 static inline void add_noted(const std::uint8_t* active, const Scalar* qx,
                                                 Vec (&sums_b)[V], Vec (&sums_w)[V * D]) {
    for (int v = 0; v < V; ++v) {
      const std::uint8_t* const active_v = active + v * kLanes / 8;
      add_noted(active_v, qx[0], sums_b[v]);
      for (int k = 0; k < D; ++k) add_noted(active_v, qx[k + 1], sums_w[v * D + k]);
    }
  }
#endif

  /// f_i += Σ_j a_j max(z_ij, 0) for P points.
  template <int D, int P, bool Noting>
  static inline void relu_outputs(const Block<Scalar>& block, const PointBlock<Scalar>& at, Index i,
                                  double* f) {
    const Vec zero{};
    // Copies, as bytes of activity may alias all else; and a pointer that goes along with j, as
    // forming each byte's index takes a sixth of a step.
    const Block<Scalar> neurons = block;
    Scalar x[P * D];
    std::memcpy(x, at.x + i * D, sizeof x);
    std::uint8_t* active = Noting ? activity(at, i, 0) : nullptr;
    const Index to_next_word = (at.points - 1) * kWordBytes;
    Vec sums[P] = {};
    for (Index j = 0; j < neurons.size;) {
      Vec a;
      Vec z[1][P];
      load(neurons.a + j, a);
      preactivate<D>(neurons, j, x, z);
      for (int p = 0; p < P; ++p)
        if constexpr (Noting)
          add_noting(sums[p], a, z[0][p], active + p * kWordBytes);
        else
          sums[p] += a * (z[0][p] > zero ? z[0][p] : zero);
      j += kLanes;
      if constexpr (Noting) active += kLanes / 8 + (j % 64 == 0 ? to_next_word : 0);
    }
    for (int p = 0; p < P; ++p) f[i + p] += sum_of<Bytes>(sums[p]);
  }

  /// The points from i on, fewer than P.
  template <int D, int P, bool Noting>
  static inline void last_relu_outputs(const Block<Scalar>& block, const PointBlock<Scalar>& at,
                                       Index i, double* f) {
    if constexpr (P > 1) {
      if (at.points - i == P - 1)
        relu_outputs<D, P - 1, Noting>(block, at, i, f);
      else
        last_relu_outputs<D, P - 1, Noting>(block, at, i, f);
    }
  }

  template <int D, bool Noting>
  static inline void relu_outputs(const Block<Scalar>& block, const PointBlock<Scalar>& at,
                                  double* f) {
    if constexpr (D == Eigen::Dynamic) {
      const Vec zero{};
      for (Index first = 0; first < at.points; first += kStored) {
        const Index count = std::min(kStored, at.points - first);
        Vec sums[kStored] = {};
        preactivate_all(block, at.x + first * block.dim, count,
                        [&]<int V, int P>(Index j, Index i, const Vec(&z)[V][P]) {
                          Vec a[V];
                          for (int v = 0; v < V; ++v) load(block.a + j + v * kLanes, a[v]);
                          for (int p = 0; p < P; ++p)
                            for (int v = 0; v < V; ++v)
                              if constexpr (Noting)
                                add_noting(sums[i + p], a[v], z[v][p],
                                           activity(at, first + i + p, j + v * kLanes));
                              else
                                sums[i + p] += a[v] * (z[v][p] > zero ? z[v][p] : zero);
                        });
        for (Index i = 0; i < count; ++i) f[first + i] += sum_of<Bytes>(sums[i]);
      }
    } else {
      constexpr int kTogether = kManyRegisters ? 8 : 4;
      Index i = 0;
      for (; i + kTogether <= at.points; i += kTogether)
        relu_outputs<D, kTogether, Noting>(block, at, i, f);
      if (i < at.points) last_relu_outputs<D, kTogether, Noting>(block, at, i, f);
    }
  }

  template <int D>
  static inline void relu_outputs(const Block<Scalar>& block, const PointBlock<Scalar>& at,
                                  double* f) {
    if constexpr (kNotes)
      if (at.active != nullptr) return relu_outputs<D, true>(block, at, f);
    relu_outputs<D, false>(block, at, f);
  }

  /// The gradient of V vectors of neurons from j on.
  template <int D, int V, bool Noted>
  static inline void relu_gradient(const GroupScales& scales, const Block<Scalar>& block, Index j,
                                   const PointBlock<Scalar>& at, const NeuronBlock<Scalar>& into) {
    const Vec zero{};
    Vec b[V];
    Vec w[V * D];
    Vec sums_b[V] = {};
    Vec sums_w[V * D] = {};
    for (int v = 0; v < V; ++v) {
      load(block.b + j + v * kLanes, b[v]);
      for (int k = 0; k < D; ++k) load(block.w + k * block.stride + j + v * kLanes, w[v * D + k]);
    }
    for (Index i = 0; i < at.points; ++i) {
      const Scalar* x = at.x + i * D;
      const Scalar* qx = at.qx + i * (D + 1);
      if constexpr (Noted) {
        add_noted<D, V>(activity(at, i, j), qx, sums_b, sums_w);
        continue;
      }
      for (int v = 0; v < V; ++v) {
        Vec z = b[v];
        for (int k = 0; k < D; ++k) z += w[v * D + k] * x[k];
        sums_b[v] = z > zero ? sums_b[v] + qx[0] : sums_b[v];
        for (int k = 0; k < D; ++k)
          sums_w[v * D + k] = z > zero ? sums_w[v * D + k] + qx[k + 1] : sums_w[v * D + k];
      }
    }
    for (int v = 0; v < V; ++v) {
      Vec a;
      load(block.a + j + v * kLanes, a);
      Vec total = sums_b[v] * b[v];
      for (int k = 0; k < D; ++k) {
        total += sums_w[v * D + k] * w[v * D + k];
        store(sums_w[v * D + k] * a * static_cast<Scalar>(scales.w),
              into.w + k * into.stride + j + v * kLanes);
      }
      store(sums_b[v] * a * static_cast<Scalar>(scales.b), into.b + j + v * kLanes);
      store(total * static_cast<Scalar>(scales.a), into.a + j + v * kLanes);
    }
  }

  template <int D, int Together, bool Noted>
  static inline void relu_gradient(const GroupScales& scales, const Block<Scalar>& block,
                                   const PointBlock<Scalar>& at, const NeuronBlock<Scalar>& into) {
    Index j = 0;
    for (; j + Together * kLanes <= block.size; j += Together * kLanes)
      relu_gradient<D, Together, Noted>(scales, block, j, at, into);
    for (; j < block.size; j += kLanes) relu_gradient<D, 1, Noted>(scales, block, j, at, into);
  }

  template <int D>
  static inline void relu_gradient(const GroupScales& scales, const Block<Scalar>& block,
                                   const PointBlock<Scalar>& at, const NeuronBlock<Scalar>& into) {
    if constexpr (kNotes)
      if (at.active != nullptr)
        return relu_gradient<D, kNotedTogether, true>(scales, block, at, into);
    constexpr int kTogether = kManyRegisters ? (D <= 2 ? 4 : D == 3 ? 3 : 2) : (D <= 2 ? 2 : 1);
    relu_gradient<D, kTogether, false>(scales, block, at, into);
  }

  /// z_ij of a few points, neuron j of point i at i * kBlock + j.
  static inline void store_preactivations(const Block<Scalar>& block, const Scalar* x, Index points,
                                          Scalar* z) {
    preactivate_all(block, x, points, [&]<int V, int P>(Index j, Index i, const Vec(&zj)[V][P]) {
      for (int p = 0; p < P; ++p)
        for (int v = 0; v < V; ++v) store(zj[v][p], z + (i + p) * kBlock + j + v * kLanes);
    });
  }

  /// sw_jk += Σ_i g_ij x_ik for V vectors of neurons from j on and K coordinates, from the first of
  /// x and sw on; coordinate k at sw[k * stride + j].
  template <int K, int V>
  static inline void add_coordinates(Index j, Index dim, const Scalar* g, const Scalar* x,
                                     Index points, Scalar* sw, Index stride) {
    Vec sums[K][V];
    for (int k = 0; k < K; ++k)
      for (int v = 0; v < V; ++v) load(sw + k * stride + j + v * kLanes, sums[k][v]);
    for (Index i = 0; i < points; ++i) {
      Vec gi[V];
      for (int v = 0; v < V; ++v) load(g + i * kBlock + j + v * kLanes, gi[v]);
      for (int k = 0; k < K; ++k)
        for (int v = 0; v < V; ++v) sums[k][v] += gi[v] * x[i * dim + k];
    }
    for (int k = 0; k < K; ++k)
      for (int v = 0; v < V; ++v) store(sums[k][v], sw + k * stride + j + v * kLanes);
  }

  /// The same for all of a block's neurons.
  template <int K>
  static inline void add_coordinates(const Block<Scalar>& block, const Scalar* g, const Scalar* x,
                                     Index points, Scalar* sw, Index stride) {
    constexpr int kTogether = K >= (kManyRegisters ? 8 : 4) ? 2 : 4;
    Index j = 0;
    for (; j + kTogether * kLanes <= block.size; j += kTogether * kLanes)
      add_coordinates<K, kTogether>(j, block.dim, g, x, points, sw, stride);
    for (; j < block.size; j += kLanes)
      add_coordinates<K, 1>(j, block.dim, g, x, points, sw, stride);
  }

  static inline void stored_outputs(data::Activation activation, const Block<Scalar>& block,
                                    const PointBlock<Scalar>& at, double* f) {
    alignas(kVectorBytes) std::array<Scalar, kStored * kBlock> z;  // NOLINT(*-member-init)
    for (Index first = 0; first < at.points; first += kStored) {
      const Index count = std::min(kStored, at.points - first);
      store_preactivations(block, at.x + first * block.dim, count, z.data());
      data::with_activation(activation, [&](auto sigma) {
        for (Index i = 0; i < count; ++i) {
          Scalar* zi = z.data() + i * kBlock;
          for (Index j = 0; j < block.size; ++j)
            zi[j] = static_cast<Scalar>(sigma.value_and_derivative(zi[j]).value);
          Vec sum{};
          for (Index j = 0; j < block.size; j += kLanes) {
            Vec a;
            Vec h;
            load(block.a + j, a);
            load(zi + j, h);
            sum += a * h;
          }
          f[first + i] += sum_of<Bytes>(sum);
        }
      });
    }
  }

  /// g_ij = q_i σ'(z_ij) of a few points from `first` on, and sb_j += Σ_i g_ij.
  static inline void relu_slopes(const Block<Scalar>& block, const PointBlock<Scalar>& at,
                                 Index first, Index count, Scalar* g, Scalar* sb) {
    const Index stride = block.dim + 1;
    const Scalar* q = at.qx + first * stride;
    if constexpr (kNotes)
      if (at.active != nullptr) {
        for (Index j = 0; j < block.size; j += kLanes) {
          Vec sum;
          load(sb + j, sum);
          for (Index i = 0; i < count; ++i) {
            Vec slope{};
            add_noted(activity(at, first + i, j), q[i * stride], slope);
            sum += slope;
            store(slope, g + i * kBlock + j);
          }
          store(sum, sb + j);
        }
        return;
      }
    preactivate_all(block, at.x + first * block.dim, count,
                    [&]<int V, int P>(Index j, Index i, const Vec(&z)[V][P]) {
                      const Vec zero{};
                      for (int v = 0; v < V; ++v) {
                        const Index at_j = j + v * kLanes;
                        Vec sum;
                        load(sb + at_j, sum);
                        for (int p = 0; p < P; ++p) {
                          const Vec slope = z[v][p] > zero ? zero + q[(i + p) * stride] : zero;
                          sum += slope;
                          store(slope, g + (i + p) * kBlock + at_j);
                        }
                        store(sum, sb + at_j);
                      }
                    });
  }

  /// The slopes g of a few points, with their sums, for any σ; for ReLU without sa.
  static inline void slopes(data::Activation activation, const Block<Scalar>& block,
                            const PointBlock<Scalar>& at, Index first, Index count, Scalar* g,
                            Scalar* sa, Scalar* sb) {
    const Index d = block.dim;
    if (activation == data::Activation::relu) return relu_slopes(block, at, first, count, g, sb);
    store_preactivations(block, at.x + first * d, count, g);
    data::with_activation(activation, [&](auto sigma) {
      for (Index i = 0; i < count; ++i) {
        Scalar* gi = g + i * kBlock;
        const Scalar q = at.qx[(first + i) * (d + 1)];
        for (Index j = 0; j < block.size; ++j) {
          const data::ValueAndDerivative now = sigma.value_and_derivative(gi[j]);
          const auto slope = static_cast<Scalar>(now.derivative) * q;
          sa[j] += static_cast<Scalar>(now.value) * q;
          sb[j] += slope;
          gi[j] = slope;
        }
      }
    });
  }

  static inline void stored_gradient(data::Activation activation, const GroupScales& scales,
                                     const Block<Scalar>& block, const PointBlock<Scalar>& at,
                                     const NeuronBlock<Scalar>& into) {
    const Index d = block.dim;
    alignas(kVectorBytes) std::array<Scalar, kStored * kBlock> g;  // NOLINT(*-member-init)
    const auto row = [&](Index k) { return into.w + k * into.stride; };
    std::fill_n(into.a, block.size, Scalar(0));
    std::fill_n(into.b, block.size, Scalar(0));
    for (Index k = 0; k < d; ++k) std::fill_n(row(k), block.size, Scalar(0));
    for (Index first = 0; first < at.points; first += kStored) {
      const Index count = std::min(kStored, at.points - first);
      const Scalar* x = at.x + first * d;
      slopes(activation, block, at, first, count, g.data(), into.a, into.b);
      Index k = 0;
      if constexpr (kManyRegisters)
        for (; k + 8 <= d; k += 8)
          add_coordinates<8>(block, g.data(), x + k, count, row(k), into.stride);
      for (; k + 4 <= d; k += 4)
        add_coordinates<4>(block, g.data(), x + k, count, row(k), into.stride);
      for (; k + 2 <= d; k += 2)
        add_coordinates<2>(block, g.data(), x + k, count, row(k), into.stride);
      for (; k < d; ++k) add_coordinates<1>(block, g.data(), x + k, count, row(k), into.stride);
    }
    if (activation == data::Activation::relu) {
      for (Index j = 0; j < block.size; ++j) into.a[j] = into.b[j] * block.b[j];
      for (Index k = 0; k < d; ++k)
        for (Index j = 0; j < block.size; ++j)
          into.a[j] += row(k)[j] * block.w[k * block.stride + j];
    }
    for (Index j = 0; j < block.size; ++j) {
      into.a[j] *= static_cast<Scalar>(scales.a);
      into.b[j] *= static_cast<Scalar>(scales.b) * block.a[j];
    }
    for (Index k = 0; k < d; ++k)
      for (Index j = 0; j < block.size; ++j)
        row(k)[j] *= static_cast<Scalar>(scales.w) * block.a[j];
  }

  static inline void add_outputs(data::Activation activation, const Block<Scalar>& block,
                                 const PointBlock<Scalar>& at, double* f) {
    if (activation == data::Activation::relu)
      with_dim(block.dim, [&](auto dim) { relu_outputs<decltype(dim)::value>(block, at, f); });
    else
      stored_outputs(activation, block, at, f);
  }

  static inline void gradient(data::Activation activation, const GroupScales& scales,
                              const Block<Scalar>& block, const PointBlock<Scalar>& at,
                              const NeuronBlock<Scalar>& into) {
    if (activation != data::Activation::relu || block.dim > kFixedDim)
      return stored_gradient(activation, scales, block, at, into);
    with_dim(block.dim, [&](auto dim) {
      constexpr int kDim = decltype(dim)::value;
      if constexpr (kDim != Eigen::Dynamic) relu_gradient<kDim>(scales, block, at, into);
    });
  }

  static inline void fill_features(data::Activation activation, const Block<Scalar>& block,
                                   const PointBlock<Scalar>& at, Index size, Scalar* h, Scalar* g) {
    alignas(kVectorBytes) std::array<Scalar, kStored * kBlock> z;  // NOLINT(*-member-init)
    for (Index first = 0; first < at.points; first += kStored) {
      const Index count = std::min(kStored, at.points - first);
      store_preactivations(block, at.x + first * block.dim, count, z.data());
      data::with_activation(activation, [&](auto sigma) {
        for (Index i = 0; i < count; ++i) {
          const Scalar* zi = z.data() + i * kBlock;
          Scalar* hi = h + (first + i) * size;
          Scalar* gi = g + (first + i) * size;
          for (Index j = 0; j < size; ++j) {
            const data::ValueAndDerivative now = sigma.value_and_derivative(zi[j]);
            hi[j] = static_cast<Scalar>(now.value);
            gi[j] = block.a[j] * static_cast<Scalar>(now.derivative);
          }
        }
      });
    }
  }
};

}  // namespace

bool notes_activity(data::Activation activation) {
  return base::vector_bytes() == 64 && activation == data::Activation::relu;
}

void add_outputs(data::Activation activation, const Block<double>& block,
                 const PointBlock<double>& at, double* f) {
  base::with_vectors([&](auto bytes) {
    Kernels<double, decltype(bytes)::value>::add_outputs(activation, block, at, f);
  });
}

void add_outputs(data::Activation activation, const Block<float>& block,
                 const PointBlock<float>& at, double* f) {
  base::with_vectors([&](auto bytes) {
    Kernels<float, decltype(bytes)::value>::add_outputs(activation, block, at, f);
  });
}

void gradient(data::Activation activation, const GroupScales& scales, const Block<double>& block,
              const PointBlock<double>& at, const NeuronBlock<double>& into) {
  base::with_vectors([&](auto bytes) {
    Kernels<double, decltype(bytes)::value>::gradient(activation, scales, block, at, into);
  });
}

void gradient(data::Activation activation, const GroupScales& scales, const Block<float>& block,
              const PointBlock<float>& at, const NeuronBlock<float>& into) {
  base::with_vectors([&](auto bytes) {
    Kernels<float, decltype(bytes)::value>::gradient(activation, scales, block, at, into);
  });
}

void fill_features(data::Activation activation, const Block<double>& block,
                   const PointBlock<double>& at, Eigen::Index size, double* h, double* g) {
  base::with_vectors([&](auto bytes) {
    Kernels<double, decltype(bytes)::value>::fill_features(activation, block, at, size, h, g);
  });
}

}  // namespace fprinciple::nn
