/* Functions of elements that C lacks, or computes one by one.

   None has a branch, so that a compiler computes as many at once as the processor can. Each is within
   4 units in the last place, and does with NaN, infinities and zeros what NumPy's does. */

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline int64_t bits_of(double x) { int64_t n; memcpy(&n, &x, 8); return n; }
static inline double of_bits(int64_t n) { double x; memcpy(&x, &n, 8); return x; }

/* a * b + c, rounded but once where the processor does that. It is not left to the compiler, which would
   do so with what users wrote, too, where x * x - y * y is to be 0 for equal x and y. */
#if defined __FMA__ || defined __ARM_FEATURE_FMA || defined __FP_FAST_FMA
static inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
static inline float fused_f(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
static inline double fused(double a, double b, double c) { return a * b + c; }
static inline float fused_f(float a, float b, float c) { return a * b + c; }
#endif

/* 2 to the power of n, for -1022 <= n <= 1023: n is the exponent that a float64 holds. */
static inline double two_to_the(int64_t n) { return of_bits((n + 1023) << 52); }

static const double LOG2_E = 1.4426950408889634, ROUNDING = 6755399441055744.0; /* 1.5 * 2^52 */
static const double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;

/* n / 2, rounded down, for |n| < 4096. A shift that keeps the sign no processor before AVX-512 does of
   many numbers at once. */
static inline int64_t half_of(int64_t n) { return (int64_t)((uint64_t)(n + 4096) >> 1) - 2048; }

/* exp(r) - 1 for |r| <= log(2) / 2: r + r^2 / 2 + r^3 / 6 + ..., to 13 terms. They are added up in pairs
   and pairs of these (Estrin, 1960), which need not wait for each other as in Horner's rule. */
static inline double expm1_near_0(double r) {
    double r2 = r * r, r4 = r2 * r2;
    double p2 = fused(1.0 / 6.0, r, 0.5);
    double p4 = fused(1.0 / 120.0, r, 1.0 / 24.0);
    double p6 = fused(1.0 / 5040.0, r, 1.0 / 720.0);
    double p8 = fused(1.0 / 362880.0, r, 1.0 / 40320.0);
    double p10 = fused(1.0 / 39916800.0, r, 1.0 / 3628800.0);
    double p12 = fused(1.0 / 6227020800.0, r, 1.0 / 479001600.0);
    double p = fused(fused(p12, r2, p10), r4, fused(p8, r2, p6));
    return fused(fused(p, r4, fused(p4, r2, p2)), r2, r);
}

/* x = n log(2) + r with a whole n, for |x| < 1100: n in *n, r returned. */
static inline double without_twos(double x, int64_t *n) {
    double shifted = fused(x, LOG2_E, ROUNDING); /* the lowest bits of which are those of n */
    double whole = shifted - ROUNDING;
    *n = bits_of(shifted) - bits_of(ROUNDING);
    return fused(-whole, LN2_LOW, fused(-whole, LN2_HIGH, x));
}

/* Into -limit to limit; what is made of NaN, which becomes the limit, the caller replaces by `or_nan`. */
static inline double within(double x, double limit) {
    x = x < limit ? x : limit;
    return x > -limit ? x : -limit;
}

static inline double or_nan(double x, double y) { return x == x ? y : x; }

static inline double vector_exp(double x) {
    int64_t n;
    double r = without_twos(within(x, 1000.0), &n);
    int64_t half = half_of(n); /* in two steps, for 2^1024 is no float, nor is 2^-1074 in one */
    double y = (1.0 + expm1_near_0(r)) * two_to_the(half) * two_to_the(n - half);
    return or_nan(x, y);
}

static inline double vector_expm1(double x) {
    int64_t n;
    double r = without_twos(within(x, 1000.0), &n);
    int64_t half = half_of(n);
    double power = two_to_the(half), rest = two_to_the(n - half);
    double large = (1.0 + expm1_near_0(r)) * power * rest - 1.0;
    double near = fused(power * rest, expm1_near_0(r), power * rest - 1.0);
    double y = n > 60 ? large : near; /* 2^1024 is infinite */
    return or_nan(x, x == 0.0 ? x : y);
}

/* log(1 + f) for sqrt(1/2) <= 1 + f < sqrt(2), by s = f / (2 + f):
   2 s + 2 s^3 / 3 + 2 s^5 / 5 + ..., in the form that rounds least (Tang, 1990). */
static inline double log1p_near_0(double f) {
    double s = f / (2.0 + f), z = s * s, z2 = z * z, z4 = z2 * z2;
    double p0 = fused(2.0 / 5.0, z, 2.0 / 3.0);
    double p2 = fused(2.0 / 9.0, z, 2.0 / 7.0);
    double p4 = fused(2.0 / 13.0, z, 2.0 / 11.0);
    double p6 = fused(2.0 / 17.0, z, 2.0 / 15.0);
    double p8 = fused(2.0 / 21.0, z, 2.0 / 19.0);
    double p = fused(fused(p8, z4, fused(p6, z2, p4)), z4, fused(p2, z2, p0));
    double square = 0.5 * f * f;
    return f - fused(-s, fused(p, z, square), square);
}

/* x = m 2^n with sqrt(1/2) <= m < sqrt(2), for 0 < x < infinity: n in *n, m returned. */
static inline double mantissa(double x, double *n) {
    double is_tiny = x < 2.2250738585072014e-308 ? 54.0 : 0.0; /* has fewer digits than others */
    int64_t b = bits_of(is_tiny > 0.0 ? x * 18014398509481984.0 : x);
    int64_t above = b - 0x3fe6a09e667f3bcdLL; /* the bits of sqrt(1/2) */
    *n = (double)(int32_t)(above >> 52) - is_tiny;
    return of_bits(b - (above & (int64_t)0xfff0000000000000ULL));
}

static inline double log_of(double x, double correction) {
    double n, m = mantissa(x > 0.0 && x < INFINITY ? x : 1.0, &n);
    double y = fused(n, LN2_HIGH, log1p_near_0(m - 1.0) + fused(n, LN2_LOW, correction));
    y = x == INFINITY ? x : y;
    y = x == 0.0 ? -INFINITY : y;
    return x >= 0.0 ? y : NAN;
}

static inline double vector_log(double x) { return or_nan(x, log_of(x, 0.0)); }

static inline double vector_log1p(double x) {
    double sum = 1.0 + x, lost = sum - 1.0 - x; /* of x, what 1 + x has not; exact where it matters */
    double y = log_of(sum, sum < 1e300 && sum > 0.0 ? -lost / sum : 0.0);
    return or_nan(x, fabs(x) < 1e-16 ? x : y);
}

/* e / (e + 2), where e is exp(2 |x|) - 1 */
static inline double vector_tanh(double x) {
    int64_t n;
    double r = without_twos(2.0 * within(fabs(x), 25.0), &n); /* beyond that it is 1 */
    double power = two_to_the(n), e = fused(power, expm1_near_0(r), power - 1.0);
    return or_nan(x, copysign(e / (e + 2.0), x));
}

static inline double vector_sigmoid(double x) {
    double e = vector_exp(-fabs(x)); /* which is no more than 1 */
    return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

/* log(1 + exp(x)) */
static inline double vector_softplus(double x) {
    return or_nan(x, (x > 0.0 ? x : 0.0) + vector_log1p(vector_exp(-fabs(x))));
}

static inline double vector_logaddexp(double x, double y) {
    double larger = x > y ? x : y, d = x == y ? 0.0 : -fabs(x - y);
    return x != x || y != y ? x + y : larger + vector_log1p(vector_exp(d));
}

/* ---- The same of float32, of which a processor computes twice as many at once ---- */

static inline int32_t bits_of_f(float x) { int32_t n; memcpy(&n, &x, 4); return n; }
static inline float of_bits_f(int32_t n) { float x; memcpy(&x, &n, 4); return x; }
static inline float two_to_the_f(int32_t n) { return of_bits_f((n + 127) << 23); }

static const float LOG2_E_F = 1.44269504f, ROUNDING_F = 12582912.0f; /* 1.5 * 2^23 */
static const float LN2_HIGH_F = 0.693359375f, LN2_LOW_F = -2.12194440e-4f;

static inline float expm1_near_0_f(float r) {
    float r2 = r * r;
    float p2 = fused_f(1.0f / 6.0f, r, 0.5f);
    float p4 = fused_f(1.0f / 120.0f, r, 1.0f / 24.0f);
    float p6 = fused_f(1.0f / 5040.0f, r, 1.0f / 720.0f);
    return fused_f(fused_f(fused_f(p6, r2, p4), r2, p2), r2, r);
}

static inline float without_twos_f(float x, int32_t *n) {
    float shifted = fused_f(x, LOG2_E_F, ROUNDING_F);
    float whole = shifted - ROUNDING_F;
    *n = bits_of_f(shifted) - bits_of_f(ROUNDING_F);
    return fused_f(-whole, LN2_LOW_F, fused_f(-whole, LN2_HIGH_F, x));
}

static inline float within_f(float x, float limit) {
    x = x < limit ? x : limit;
    return x > -limit ? x : -limit;
}

static inline float or_nan_f(float x, float y) { return x == x ? y : x; }

static inline float vector_exp_f(float x) {
    int32_t n;
    float r = without_twos_f(within_f(x, 150.0f), &n);
    int32_t half = n >> 1;
    float y = (1.0f + expm1_near_0_f(r)) * two_to_the_f(half) * two_to_the_f(n - half);
    return or_nan_f(x, y);
}

static inline float vector_expm1_f(float x) {
    int32_t n;
    float r = without_twos_f(within_f(x, 150.0f), &n);
    int32_t half = n >> 1;
    float power = two_to_the_f(half), rest = two_to_the_f(n - half);
    float large = (1.0f + expm1_near_0_f(r)) * power * rest - 1.0f;
    float near = fused_f(power * rest, expm1_near_0_f(r), power * rest - 1.0f);
    float y = n > 28 ? large : near;
    return or_nan_f(x, x == 0.0f ? x : y);
}

static inline float log1p_near_0_f(float f) {
    float s = f / (2.0f + f), z = s * s;
    float p = 2.0f / 9.0f;
    p = fused_f(p, z, 2.0f / 7.0f);
    p = fused_f(p, z, 2.0f / 5.0f);
    p = fused_f(p, z, 2.0f / 3.0f);
    float square = 0.5f * f * f;
    return f - fused_f(-s, fused_f(p, z, square), square);
}

static inline float mantissa_f(float x, float *n) {
    float is_tiny = x < 1.17549435e-38f ? 24.0f : 0.0f;
    int32_t b = bits_of_f(is_tiny > 0.0f ? x * 16777216.0f : x);
    int32_t above = b - 0x3f3504f3; /* the bits of sqrt(1/2) */
    *n = (float)(above >> 23) - is_tiny;
    return of_bits_f(b - (above & (int32_t)0xff800000));
}

static inline float log_of_f(float x, float correction) {
    float n, m = mantissa_f(x > 0.0f && x < INFINITY ? x : 1.0f, &n);
    float y = fused_f(n, LN2_HIGH_F, log1p_near_0_f(m - 1.0f) + fused_f(n, LN2_LOW_F, correction));
    y = x == INFINITY ? x : y;
    y = x == 0.0f ? -INFINITY : y;
    return x >= 0.0f ? y : NAN;
}

static inline float vector_log_f(float x) { return or_nan_f(x, log_of_f(x, 0.0f)); }

static inline float vector_log1p_f(float x) {
    float sum = 1.0f + x, lost = sum - 1.0f - x;
    float y = log_of_f(sum, sum < 1e30f && sum > 0.0f ? -lost / sum : 0.0f);
    return or_nan_f(x, fabsf(x) < 1e-8f ? x : y);
}

static inline float vector_tanh_f(float x) {
    int32_t n;
    float r = without_twos_f(2.0f * within_f(fabsf(x), 12.0f), &n);
    float power = two_to_the_f(n), e = fused_f(power, expm1_near_0_f(r), power - 1.0f);
    return or_nan_f(x, copysignf(e / (e + 2.0f), x));
}

static inline float vector_sigmoid_f(float x) {
    float e = vector_exp_f(-fabsf(x));
    return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

static inline float vector_softplus_f(float x) {
    return or_nan_f(x, (x > 0.0f ? x : 0.0f) + vector_log1p_f(vector_exp_f(-fabsf(x))));
}

/* That of the type of a; c, which may be long, is not to be read twice. */
#define FUSED(a, b, c) _Generic((a), float: fused_f, default: fused)(a, b, c)

/* C's library has other functions of many numbers at once, where it is glibc's for x86. */
#define HAS_VECTORS 0
#if defined _OPENMP && defined __x86_64__ && defined __GLIBC__ && !defined __clang__
#if __GLIBC_PREREQ(2, 35)
#undef HAS_VECTORS
#define HAS_VECTORS 1
#define VECTORS _Pragma("omp declare simd notinbranch")
#define OF_ONE(name) VECTORS double name(double); VECTORS float name##f(float);
#define OF_TWO(name) VECTORS double name(double, double); VECTORS float name##f(float, float);
OF_ONE(sin) OF_ONE(cos) OF_ONE(tan) OF_ONE(sinh) OF_ONE(cosh)
OF_ONE(asin) OF_ONE(acos) OF_ONE(atan) OF_ONE(asinh) OF_ONE(acosh) OF_ONE(atanh)
OF_ONE(log2) OF_ONE(log10) OF_ONE(exp2) OF_TWO(pow) OF_TWO(atan2)
#endif
#endif

#include <tgmath.h> /* from here on, sin(x) is of the type of x */

#define vector_exp(x) _Generic((x), float: vector_exp_f, default: vector_exp)(x)
#define vector_expm1(x) _Generic((x), float: vector_expm1_f, default: vector_expm1)(x)
#define vector_log(x) _Generic((x), float: vector_log_f, default: vector_log)(x)
#define vector_log1p(x) _Generic((x), float: vector_log1p_f, default: vector_log1p)(x)
#define vector_tanh(x) _Generic((x), float: vector_tanh_f, default: vector_tanh)(x)
#define vector_sigmoid(x) _Generic((x), float: vector_sigmoid_f, default: vector_sigmoid)(x)
#define vector_softplus(x) _Generic((x), float: vector_softplus_f, default: vector_softplus)(x)

/* With which NaN goes on, as in NumPy. */
#define LARGER(x, y) ((x) >= (y) || (x) != (x) ? (x) : (y))
#define SMALLER(x, y) ((x) <= (y) || (x) != (x) ? (x) : (y))
#define SIGN(x) ((x) != (x) ? (x) : ((x) > 0) - ((x) < 0))
