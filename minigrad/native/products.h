/* A product of matrices of NUMBER: c[m][n] is the sum of a[m][k] * b[k][n] over k.

   a and b have strides. The columns of b are copied in panels, unless they lie together in few rows, so
   that what a tile of c needs lies together, and a tile is added up in registers (Goto and van de Geijn,
   Anatomy of High-Performance Matrix Multiplication, 2008). The rows of c lie apart by a multiple of 64
   bytes, so that tiles may be wider than c. In which order an element is added up depends on the sizes
   alone, not on the threads. */

#include <stdint.h>

/* How long the processor's vectors are, and a tile's rows: of 32 or 16 registers, 24 or 12 are sums. */
#if defined __AVX512F__
enum { VECTOR_BYTES = 64, TILE_ROWS = 12 };
#elif defined __AVX__
enum { VECTOR_BYTES = 32, TILE_ROWS = 6 };
#elif defined __aarch64__
enum { VECTOR_BYTES = 16, TILE_ROWS = 12 };
#else
enum { VECTOR_BYTES = 16, TILE_ROWS = 6 };
#endif
enum {
    LANES = VECTOR_BYTES / sizeof(NUMBER), PANEL = 2 * LANES,
    FEW_ROWS = 4,        /* of a tile for the last rows */
    MOST_TERMS = 256,    /* that are added up in registers: a panel of them stays in the cache */
    MOST_BLOCK_ROWS = 96 /* that are computed together, so that a stays in the cache: whole tiles */
};
typedef NUMBER Vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(NUMBER)), may_alias));

/* Compute a tile of so many rows, of which some may not be there, and vectors. */
static inline __attribute__((always_inline)) void tile(
    const int rows, int there, const int vectors, int64_t terms, const NUMBER *a, int64_t a_row,
    int64_t a_column, const NUMBER *b, int64_t b_row, NUMBER *c, int64_t c_row, int is_first)
{
    Vector sums[TILE_ROWS][2] = {0};
    for (int64_t k = 0; k < terms; k++)
        for (int m = 0; m < rows; m++)
            for (int v = 0; v < vectors; v++)
                sums[m][v] += a[(m < there ? m : 0) * a_row + k * a_column]
                    * *(const Vector *)(b + k * b_row + v * LANES);
    for (int m = 0; m < rows; m++)
        for (int v = 0; v < vectors; v++)
            if (m < there) {
                Vector *place = (Vector *)(c + m * c_row + v * LANES);
                if (!is_first) sums[m][v] += *place;
                *place = sums[m][v];
            }
}

/* Compute the rows of c in tiles, of the columns that a panel has. */
static inline __attribute__((always_inline)) void rows_of_tiles(
    const int vectors, int64_t rows, int64_t terms, const NUMBER *a, int64_t a_row, int64_t a_column,
    const NUMBER *b, int64_t b_row, NUMBER *c, int64_t c_row, int is_first)
{
    int64_t m = 0;
    for (; m + TILE_ROWS <= rows; m += TILE_ROWS)
        tile(TILE_ROWS, TILE_ROWS, vectors, terms, a + m * a_row, a_row, a_column, b, b_row,
             c + m * c_row, c_row, is_first);
    for (; m < rows; m += FEW_ROWS)
        tile(FEW_ROWS, rows - m < FEW_ROWS ? rows - m : FEW_ROWS, vectors, terms, a + m * a_row, a_row,
             a_column, b, b_row, c + m * c_row, c_row, is_first);
}

/* Add to the rows of c, or put there if they are the first, the products of these terms. Those of all
   columns of one panel lie b_row apart, and panels b_panel. */
static inline __attribute__((always_inline)) void add_terms(
    int64_t rows, int64_t columns, int64_t terms, const NUMBER *a, int64_t a_row, int64_t a_column,
    const NUMBER *b, int64_t b_row, int64_t b_panel, NUMBER *c, int64_t c_row, int is_first)
{
    for (int64_t first = 0; first < columns; first += PANEL, b += b_panel)
        if (columns - first > LANES)
            rows_of_tiles(2, rows, terms, a, a_row, a_column, b, b_row, c + first, c_row, is_first);
        else
            rows_of_tiles(1, rows, terms, a, a_row, a_column, b, b_row, c + first, c_row, is_first);
}

/* Copy so many columns of b, with zeros beyond them. */
static void copy_panel(int64_t width, int64_t terms, const NUMBER *b, int64_t b_row, int64_t b_column,
                       NUMBER *panel)
{
    for (int64_t k = 0; k < terms; k++) {
        if (b_column == 1) for (int64_t n = 0; n < width; n++) panel[k * PANEL + n] = b[k * b_row + n];
        else for (int64_t n = 0; n < width; n++) panel[k * PANEL + n] = b[k * b_row + n * b_column];
        for (int64_t n = width; n < PANEL; n++) panel[k * PANEL + n] = 0;
    }
}

/* Copy b in panels. */
void pack(PACK)
{
    #pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
    for (int64_t first = 0; first < columns; first += PANEL)
        copy_panel(columns - first < PANEL ? columns - first : PANEL, terms, b + first * b_column,
                   b_row, b_column, (NUMBER *)panels + first * terms);
}

/* Compute some rows of c, of b in panels. */
void product_of_rows(PRODUCT_OF_ROWS)
{
    for (int64_t k = 0; k < terms; k += MOST_TERMS)
        add_terms(rows, columns, terms - k < MOST_TERMS ? terms - k : MOST_TERMS, a + k * a_column,
                  a_row, a_column, (const NUMBER *)panels + k * PANEL, PANEL, terms * PANEL, c, c_row,
                  k == 0);
}

/* Add to c the products of some terms. The rows of b have numbers beyond their ends, up to whole
   vectors. */
void product_of_terms(PRODUCT_OF_TERMS)
{
    add_terms(rows, columns, terms, a, a_row, a_column, b, b_row, PANEL, c, c_row, 0);
}

/* Compute c. */
void product(PRODUCT)
{
    /* Blocks of whole tiles, two or more for each thread: with any number of threads a row is in the same
       tile. */
    const int64_t tiles = rows / (2 * threads * TILE_ROWS);
    const int64_t share = (tiles ? tiles : 1) * TILE_ROWS;
    const int64_t block = share < MOST_BLOCK_ROWS ? share : MOST_BLOCK_ROWS;
    pack(threads, columns, terms, b, b_row, b_column, panels);
    #pragma omp parallel for num_threads(threads) if (threads > 1) schedule(dynamic)
    for (int64_t top = 0; top < rows; top += block)
        product_of_rows(top + block < rows ? block : rows - top, columns, terms, a + top * a_row, a_row,
                        a_column, panels, c + top * c_row, c_row);
}
