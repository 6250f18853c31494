"""Four files as a CRM hands them out: accounts, products, sales teams and the pipeline; the headers of such exports."""

ACCOUNTS = """account,sector,year_established,revenue,employees,office_location,subsidiary_of
Acme Corporation,technolgy,1996,1100.04,2822,United States,
Betasoloin,medical,1999,251.41,495,United States,
Betatech,medical,1986,647.18,1185,Kenya,
Bioholding,medical,2012,587.34,1356,Philipines,Betatech
"""
PRODUCTS = """product,series,sales_price
GTX Basic,GTX,550
GTX Pro,GTX,4821
MG Special,MG,55
"""
TEAMS = """sales_agent,manager,regional_office
Ana Boateng,Dov Brink,Central
Cem Lamp,Dov Brink,Central
Eva Hill,Fay Losch,East
Gus Ncend,Hal Marx,Central
"""
PIPELINE = """opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1C1I7A6R,Ana Boateng,GTX Basic,Acme Corporation,Won,2016-10-20,2017-03-01,1054.0
Z063OYW0,Ana Boateng,GTXPro,Acme Corporation,Won,2016-10-25,2017-03-11,4514.0
EC4QE1BX,Cem Lamp,MG Special,Acme Corporation,Lost,2016-10-25,2017-03-07,0.0
MV1LWRNH,Cem Lamp,GTX Basic,Betasoloin,Won,2016-10-25,2017-03-09,588.0
PE84CX4O,Ana Boateng,GTX Basic,Betasoloin,Won,2016-10-25,2017-03-02,517.0
9ME3374G,Eva Hill,GTX Pro,Betatech,Engaging,2017-01-12,,
7GN8Q4LL,Cem Lamp,MG Special,Betasoloin,Prospecting,,,
OLK9LKZB,Eva Hill,GTX Pro,,Engaging,2016-10-29,,
"""
