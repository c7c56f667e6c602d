#ifndef GLIMPSE_CODECS_H
#define GLIMPSE_CODECS_H
// libpng and libjpeg behind a handful of functions and one error buffer.
#endif
