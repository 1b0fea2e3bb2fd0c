// The parts of Asio and Beast that are compiled once, for everybody who links this library.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
