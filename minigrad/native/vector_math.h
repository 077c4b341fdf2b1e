/* Functions of elements that C lacks, or computes one by one.

   None has a branch, so that a compiler computes as many at once as the processor can. Each is within
   4 units in the last place, and does with NaN, infinities and zeros what NumPy's does. */

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline int64_t bits_of(double x) { int64_t n; memcpy(&n, &x, 8); return n; }
static inline double of_bits(int64_t n) { double x; memcpy(&x, &n, 8); return x; }

/* 2 to the power of n, for -1022 <= n <= 1023: n is the exponent that a float64 holds. */
static inline double two_to_the(int64_t n) { return of_bits((n + 1023) << 52); }

static const double LOG2_E = 1.4426950408889634, ROUNDING = 6755399441055744.0; /* 1.5 * 2^52 */
static const double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;

/* exp(r) - 1 for |r| <= log(2) / 2: r + r^2 / 2 + r^3 / 6 + ..., to 13 terms. */
static inline double expm1_near_0(double r) {
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    return p * r * r + r;
}

/* x = n log(2) + r with a whole n, for |x| < 1100: n in *n, r returned. */
static inline double without_twos(double x, int64_t *n) {
    double shifted = x * LOG2_E + ROUNDING; /* the lowest bits of which are those of n */
    double whole = shifted - ROUNDING;
    *n = bits_of(shifted) - bits_of(ROUNDING);
    return (x - whole * LN2_HIGH) - whole * LN2_LOW;
}

/* Into -limit to limit; NaN becomes 0; what is made of it the caller replaces, by `or_nan`. */
static inline double within(double x, double limit) {
    x = x < limit ? x : (x >= limit ? limit : 0.0);
    return x > -limit ? x : -limit;
}

static inline double or_nan(double x, double y) { return x == x ? y : x; }

static inline double vector_exp(double x) {
    int64_t n;
    double r = without_twos(within(x, 1000.0), &n);
    int64_t half = n >> 1; /* in two steps, for 2^1024 is no float, nor is 2^-1074 in one */
    double y = (1.0 + expm1_near_0(r)) * two_to_the(half) * two_to_the(n - half);
    return or_nan(x, y);
}

static inline double vector_expm1(double x) {
    int64_t n;
    double r = without_twos(within(x, 1000.0), &n);
    int64_t half = n >> 1;
    double power = two_to_the(half), rest = two_to_the(n - half);
    double large = (1.0 + expm1_near_0(r)) * power * rest - 1.0;
    double near = power * rest * expm1_near_0(r) + (power * rest - 1.0);
    double y = n > 60 ? large : near; /* 2^1024 is infinite */
    return or_nan(x, x == 0.0 ? x : y);
}

/* log(1 + f) for sqrt(1/2) <= 1 + f < sqrt(2), by s = f / (2 + f):
   2 s + 2 s^3 / 3 + 2 s^5 / 5 + ..., in the form that rounds least (Tang, 1990). */
static inline double log1p_near_0(double f) {
    double s = f / (2.0 + f), z = s * s;
    double p = 2.0 / 21.0;
    p = p * z + 2.0 / 19.0;
    p = p * z + 2.0 / 17.0;
    p = p * z + 2.0 / 15.0;
    p = p * z + 2.0 / 13.0;
    p = p * z + 2.0 / 11.0;
    p = p * z + 2.0 / 9.0;
    p = p * z + 2.0 / 7.0;
    p = p * z + 2.0 / 5.0;
    p = p * z + 2.0 / 3.0;
    double square = 0.5 * f * f;
    return f - (square - s * (square + p * z));
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
    double y = n * LN2_HIGH + (log1p_near_0(m - 1.0) + (n * LN2_LOW + correction));
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

static inline double vector_tanh(double x) {
    double e = vector_expm1(2.0 * within(fabs(x), 25.0)); /* beyond that it is 1 */
    return or_nan(x, copysign(e / (e + 2.0), x));
}

static inline double vector_sigmoid(double x) { return 1.0 / (1.0 + vector_exp(-x)); }

/* log(1 + exp(x)) */
static inline double vector_softplus(double x) {
    return or_nan(x, (x > 0.0 ? x : 0.0) + vector_log1p(vector_exp(-fabs(x))));
}

static inline double vector_logaddexp(double x, double y) {
    double larger = x > y ? x : y, d = x == y ? 0.0 : -fabs(x - y);
    return x != x || y != y ? x + y : larger + vector_log1p(vector_exp(d));
}

/* With which NaN goes on, as in NumPy. */
#define LARGER(x, y) ((x) >= (y) || (x) != (x) ? (x) : (y))
#define SMALLER(x, y) ((x) <= (y) || (x) != (x) ? (x) : (y))
#define SIGN(x) ((x) != (x) ? (x) : ((x) > 0) - ((x) < 0))
