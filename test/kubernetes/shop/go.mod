module slipway.dev/test/shop

go 1.25
