// The environment of the tests' process; there is nothing to call.
#pragma once
