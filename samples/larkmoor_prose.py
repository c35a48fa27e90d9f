"""What Larkmoor's annual report says in words. The company, its people and its places are invented."""

from __future__ import annotations

COVER: list[tuple[str, bool]] = [
    ("UNITED STATES<br/>SECURITIES AND EXCHANGE COMMISSION", True),
    ("Washington, D.C. 20549", False),
    ("FORM 10-K", True),
    ("[X] ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934", False),
    ("For the fiscal year ended September 27, 2025", True),
    ("or", False),
    ("[ ] TRANSITION REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934", False),
    ("Commission file number 0-00000", False),
    ("<br/>LARKMOOR CONTROLS CORPORATION", True),
    ("(Exact name of registrant as specified in its charter)", False),
    ("Oregon<br/>(State or other jurisdiction of incorporation)", False),
    ("00-0000000<br/>(I.R.S. Employer Identification No.)", False),
    ("400 Millrace Road, Tarrow, Oregon 97000<br/>(Address of principal executive offices)", False),
    ("Securities registered pursuant to Section 12(b) of the Act:", True),
    ("Common Stock, par value $0.01 per share &nbsp;&nbsp; Trading symbol: LKMR", False),
    ("Indicate by check mark whether the registrant is a large accelerated filer: Yes [X] No [ ]", False),
    ("Indicate by check mark whether the registrant is a shell company: Yes [ ] No [X]", False),
    ("The aggregate market value of the common stock held by non-affiliates on March 29, 2025 was $2,041.7 million.", False),
    ("As of November 14, 2025, 61,180,412 shares of common stock were outstanding.", False),
    ("<br/><b>This is a sample report. Larkmoor Controls Corporation does not exist: the company, its people, places "
     "and figures are invented, and nothing was filed with any authority.</b>", False),
]  # fmt: skip

BUSINESS: list[tuple[str, list[str]]] = [
    ("General", [
        "Larkmoor Controls Corporation (“Larkmoor”, the “Company”, “we” or “our”) designs, makes and services instruments "
        "that measure and control the flow of liquids and gases. Water utilities, chemical plants, food processors and "
        "makers of pharmaceuticals use our meters, valves and software to know what runs through their pipes and to change "
        "it. We were founded in Tarrow, Oregon in 1961 and had 4,310 employees at September 27, 2025.",
        "Our fiscal year ends on the Saturday nearest to September 30. Fiscal 2025, 2024 and 2023 each had 52 weeks.",
    ]),
    ("Segments", [
        "<b>Flow Measurement</b> makes electromagnetic, ultrasonic and Coriolis meters. It is our largest segment. About 60 "
        "percent of its sales replace meters that have reached the end of their service life, which makes its demand steadier "
        "than that of new plants.",
        "<b>Process Valves</b> makes control valves, actuators and positioners, chiefly for chemical plants. Its demand "
        "follows the capital budgets of a small number of large customers and is the most cyclical of the three.",
        "<b>Digital Services</b> sells monitoring by subscription, calibration and maintenance contracts. It had 9,400 "
        "connected sites at year end, up from 7,100 a year earlier. Subscriptions are invoiced in advance and renewed at a "
        "rate of 94 percent in fiscal 2025.",
    ]),
    ("Customers and Competition", [
        "No customer accounted for more than 6 percent of net sales in any year presented. We compete with large makers of "
        "automation equipment, several of which have greater resources, and with regional makers of meters on price. We "
        "believe that accuracy over the life of an instrument, the time to repair it and the ease of reading its data decide "
        "most orders.",
    ]),
    ("Raw Materials and Manufacturing", [
        "We make our products in Tarrow, Oregon; Leiderdam, the Netherlands; and Sengara, Malaysia. Stainless steel castings, "
        "electronic components and rare-earth magnets are the materials that we buy most of. We have at least two sources for "
        "all but three electronic components. Steel castings cost less in fiscal 2025 than in fiscal 2024.",
    ]),
    ("Research and Development", [
        "We spent $96.8 million on research and development in fiscal 2025, against $90.2 million in fiscal 2024 and $84.9 "
        "million in fiscal 2023. The increase went into battery-powered ultrasonic meters and the software that reads them. We "
        "hold 312 patents in the United States; the loss of any one of them would not be material.",
    ]),
    ("Backlog", [
        "Orders that we expect to fill within twelve months were $388.0 million at September 27, 2025 and $361.5 million at "
        "September 28, 2024. Customers may cancel most of them for a fee.",
    ]),
    ("Human Capital", [
        "Of our 4,310 employees, 2,480 work in the Americas, 1,140 in Europe, the Middle East and Africa and 690 in Asia "
        "Pacific. About 610 employees in Leiderdam are covered by a collective agreement that expires in June 2027. Voluntary "
        "turnover was 7.8 percent in fiscal 2025 and 9.1 percent in fiscal 2024.",
    ]),
]  # fmt: skip

RISKS: list[tuple[str, list[str]]] = [
    ("Our sales depend on the capital spending of our customers.", [
        "Customers put off new plants and replacements when their own margins fall. The chemical industry, which buys about 70 "
        "percent of what Process Valves sells, cut its spending in fiscal 2024 and has not fully restored it. A long downturn "
        "would reduce our sales and leave us with costs that we could not shed at the same speed.",
    ]),
    ("Three electronic components have a single source.", [
        "Two measuring circuits and one radio module are each made by one supplier. In fiscal 2023 a shortage of the radio module "
        "delayed deliveries of about $20 million by one to two quarters. We hold a stock of six months, which ties up cash, and "
        "we are qualifying a second radio module; we cannot be sure that it will pass.",
    ]),
    ("Tariffs and trade rules may raise our costs.", [
        "We ship castings and finished meters between our three plants. New tariffs on steel, magnets or finished instruments "
        "would raise the cost of sales before we could raise prices, since about a third of our orders are at fixed prices for "
        "twelve months.",
    ]),
    ("An intrusion into our monitoring service would harm customers and our reputation.", [
        "Digital Services reads and in some cases controls instruments in water works and plants. We have been the target of "
        "attempts to enter our systems; none had a material effect. A successful attempt could stop a customer’s process, expose "
        "us to claims that exceed our insurance, and cause customers to end their subscriptions.",
    ]),
    ("Our debt limits what we can do.", [
        "At September 27, 2025 we owed $425.0 million. The credit agreement restricts further borrowing, liens and, if the ratio of "
        "debt to earnings exceeds 3.0, dividends and repurchases. The term loan bears a floating rate; an increase of one "
        "percentage point would raise annual interest expense by about $1.3 million.",
    ]),
    ("Currency movements change our reported results.", [
        "About 42 percent of net sales in fiscal 2025 came from outside the Americas. When the dollar rises, the same sales in "
        "euro, ringgit and yen are worth less in our statements. We hedge part of our transactions but not the translation of "
        "foreign results.",
    ]),
    ("Goodwill and intangible assets are a large part of our assets.", [
        "Goodwill was $412.6 million and intangible assets were $104.3 million at September 27, 2025. If the businesses that we "
        "bought earn less than we expect, above all in Process Valves, we may have to write part of them off.",
    ]),
    ("We may not find or keep the engineers whom we need.", [
        "Firmware and measurement engineers are sought by larger employers near our sites. We raised their pay by 6 percent on "
        "average in fiscal 2025; further increases may be needed.",
    ]),
]  # fmt: skip

MARKET: list[tuple[str, list[str]]] = [
    ("Item 5. Market for Registrant’s Common Equity, Related Shareholder Matters and Issuer Purchases of Equity Securities", [
        "Our common stock is listed under the symbol LKMR. There were 1,126 holders of record on November 14, 2025. We have paid "
        "a dividend in every quarter since 1988. On November 12, 2025 the Board of Directors raised the quarterly dividend to "
        "$0.20 per share.",
    ]),
    ("Item 6. [Reserved]", []),
]  # fmt: skip

OVERVIEW = [
    "<b>Overview.</b> Net sales were $1,284.3 million in fiscal 2025, an increase of 6.9 percent over $1,201.7 million in fiscal "
    "2024. Higher volume added 4.1 percentage points, higher prices 2.6 points and the acquisition of Pellen Metering in the "
    "second quarter of fiscal 2024 0.8 points; currency took away 0.6 points.",
    "<b>Segments.</b> Flow Measurement grew by $49.3 million, mainly because water utilities replaced older meters with "
    "battery-powered ultrasonic ones under public programs. Process Valves rose by only $1.7 million, as weak orders from "
    "chemical customers in Europe offset price increases. Digital Services grew by $31.6 million on 2,300 newly connected sites.",
    "<b>Gross profit.</b> Gross profit was $525.3 million, or 40.9 percent of net sales, against $473.8 million, or 39.4 percent, "
    "in fiscal 2024. The margin rose because of price increases, lower costs of steel castings and the larger share of Digital "
    "Services; higher wages in Tarrow and Leiderdam took back 0.7 percentage points.",
    "<b>Operating expenses.</b> Selling, general and administrative expenses rose by $10.6 million, chiefly for pay increases and "
    "for sales engineers in Asia Pacific. As a share of net sales they fell to 18.1 percent from 18.4 percent. Research and "
    "development rose by $6.6 million. Restructuring charges fell to $6.4 million from $18.7 million, as the closing of the "
    "Dunmore foundry was completed in March 2025.",
    "<b>Operating income.</b> Operating income was $190.0 million against $143.4 million in fiscal 2024. Operating margin improved "
    "to 14.8 percent from 11.9 percent, driven by the higher gross margin and the lower restructuring charges.",
    "<b>Interest and taxes.</b> Interest expense fell by $2.3 million because we repaid $75.0 million of the term loan. The effective "
    "tax rate was 21.8 percent against 22.5 percent; a larger share of income earned in the Netherlands explains most of the change.",
    "<b>Fiscal 2024 compared with fiscal 2023.</b> Net sales rose by 4.5 percent, of which Pellen Metering contributed 1.6 percentage "
    "points. Gross margin rose to 39.4 percent from 38.3 percent as the shortage of electronic components ended. Operating income "
    "was held back by $18.7 million of restructuring charges.",
]  # fmt: skip

LIQUIDITY = [
    "Cash and cash equivalents were $125.2 million at September 27, 2025, a decrease of $39.7 million in the year. We also have a "
    "revolving credit facility of $250.0 million, of which nothing was drawn. We believe that cash from operations and the facility "
    "will meet our needs for the next twelve months and the foreseeable future.",
    "Operating activities provided $184.7 million, against $167.6 million in fiscal 2024. Higher net income was the main reason; a "
    "build-up of inventories of $19.8 million, to protect deliveries of ultrasonic meters, worked against it.",
    "Purchases of property, plant and equipment were $58.7 million, most of it for a second assembly line in Sengara. We expect to "
    "spend between $60 million and $65 million in fiscal 2026. In fiscal 2024 we paid $36.4 million for Pellen Metering.",
    "We repaid $75.0 million of debt, paid dividends of $44.5 million and repurchased shares for $55.0 million.",
]  # fmt: skip

CRITICAL = [
    "<b>Goodwill.</b> We test goodwill every July by comparing the fair value of each reporting unit with its carrying amount. Fair "
    "value rests on forecasts of sales and margins and on a discount rate of 9.5 percent. The fair value of Process Valves exceeded "
    "its carrying amount by 14 percent; a discount rate of 10.8 percent would have removed that margin.",
    "<b>Revenue.</b> Contracts that combine instruments with monitoring are divided by the prices at which we sell each alone. A "
    "change of five percent in those prices would move less than $2 million of net sales between fiscal 2025 and fiscal 2026.",
    "<b>Inventories.</b> We write inventories down to what we expect to sell them for. Write-downs were $3.2 million in fiscal 2025 and "
    "$4.6 million in fiscal 2024.",
]  # fmt: skip

POLICIES = [
    "<b>Consolidation.</b> The statements include Larkmoor Controls Corporation and the companies that it controls. Transactions among "
    "them are eliminated. Amounts are in millions of dollars unless stated otherwise.",
    "<b>Revenue recognition.</b> Revenue from products is recognized when control passes to the customer, which is usually on shipment. "
    "Revenue from subscriptions and maintenance is recognized evenly over the term of the contract.",
    "<b>Inventories</b> are stated at the lower of cost, first in first out, and net realizable value. <b>Property, plant and equipment</b> "
    "is depreciated in equal amounts over 20 to 40 years for buildings and 3 to 12 years for machinery.",
    "<b>Concentration of credit risk.</b> Receivables come from many customers in several industries. The allowance for credit losses "
    "was $4.1 million at September 27, 2025 and $3.8 million at September 28, 2024.",
    "<b>New accounting standards.</b> The Company adopted the standard on segment disclosures in fiscal 2025, with retrospective effect; "
    "it changed disclosures only.",
]  # fmt: skip

GOVERNANCE: list[tuple[str, list[str]]] = [
    ("Item 9A. Controls and Procedures", [
        "Management, with the chief executive officer and the chief financial officer, evaluated our disclosure controls and internal "
        "control over financial reporting at September 27, 2025 and concluded that both were effective.",
    ]),
    ("Item 10. Directors, Executive Officers and Corporate Governance", [
        "Mirela Osgood, 57, has been Chief Executive Officer since April 2021. Tobias Henneker, 49, has been Chief Financial Officer since "
        "August 2023; before that he was Treasurer. Anwen Pryce-Lam, 52, leads Digital Services.",
    ]),
    ("Signatures", [
        "Pursuant to the requirements of Section 13 or 15(d) of the Securities Exchange Act of 1934, the registrant has caused this "
        "report to be signed on its behalf by Mirela Osgood, Chief Executive Officer, November 20, 2025.",
    ]),
]  # fmt: skip
