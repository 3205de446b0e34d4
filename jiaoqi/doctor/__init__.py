"""The doctor: finds where store and workflows disagree, heals what only lags, and brings back orders whose workflow is gone."""
