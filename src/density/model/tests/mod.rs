mod definition;
mod publish;
mod references;
mod suggest;
mod trend;
