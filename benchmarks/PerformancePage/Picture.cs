using System.Globalization;
using MutualTls.Handshakes.Results;
using MutualTls.Handshakes.Servers;
using ScottPlot;
using ScottPlot.Plottables;

namespace MutualTls.PerformancePage;

/// <summary>Draws where the server's processor time of one connection goes.</summary>
/// <remarks>What nginx takes is taken for OpenSSL and the system; what SslStream takes beyond that for the runtime; the rest is what is checked.</remarks>
internal static class Picture
{
    private const int Width = 1000, Height = 620;

    private static readonly Color s_system = Color.FromHex("#8da2b8"), s_runtime = Color.FromHex("#c9b37e"), s_checks = Color.FromHex("#b4473c");

    private static readonly (string Label, ServerKind Kind, string Client)[] s_bars =
    [
        ("nginx, full", ServerKind.Nginx, "full"),
        ("SslStream, nothing checked, full", ServerKind.Floor, "full"),
        ("MutualTls, known peer, full", ServerKind.MutualTls, "full"),
        ("MutualTls, first sight, full", ServerKind.MutualTls, "full, first sight"),
        ("CertificateChainPolicy, full", ServerKind.ChainPolicy, "full"),
        ("X509Chain in the callback, full", ServerKind.Callback, "full"),
        ("nginx, resumed", ServerKind.Nginx, "resumed"),
        ("SslStream, nothing checked, resumed", ServerKind.Floor, "resumed"),
        ("MutualTls, resumed", ServerKind.MutualTls, "resumed"),
        ("CertificateChainPolicy, resumed", ServerKind.ChainPolicy, "resumed"),
        ("X509Chain in the callback, resumed", ServerKind.Callback, "resumed"),
    ];

    public static void Draw(ResultFile<HandshakeRow> results, string path)
    {
        Plot plot = new();
        plot.Font.Set("DejaVu Sans");
        List<Tick> ticks = [];
        List<Bar> bars = [];
        double longest = 0;
        for (int i = 0; i < s_bars.Length; i++)
        {
            (string label, ServerKind kind, string client) = s_bars[i];
            if (TimeOf(results, kind, client) is not { } whole)
            {
                continue;
            }

            // What the simpler ones take of the same kind of handshake is taken to be in the others too.
            string of = client == "resumed" ? client : "full";
            double floor = kind == ServerKind.Nginx ? whole : TimeOf(results, ServerKind.Floor, of) ?? 0;
            double system = kind == ServerKind.Nginx ? whole : Math.Min(TimeOf(results, ServerKind.Nginx, of) ?? 0, floor);
            double position = s_bars.Length - i;
            bars.Add(BarOf(position, 0, Math.Min(system, whole), s_system));
            bars.Add(BarOf(position, Math.Min(system, whole), Math.Min(floor, whole), s_runtime));
            bars.Add(BarOf(position, Math.Min(floor, whole), whole, s_checks));
            Text number = plot.Add.Text(string.Create(CultureInfo.InvariantCulture, $"{whole:0.00} ms"), whole, position);
            (number.LabelAlignment, number.OffsetX, number.LabelFontSize) = (Alignment.MiddleLeft, 6, 14);
            ticks.Add(new Tick(position, label));
            longest = Math.Max(longest, whole);
        }

        BarPlot drawn = plot.Add.Bars(bars);
        drawn.Horizontal = true;
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. ticks]);
        plot.Axes.SetLimits(0, longest * 1.12, 0.3, s_bars.Length + 0.7);
        plot.Axes.Left.TickLabelStyle.FontSize = plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Right.IsVisible = plot.Axes.Top.IsVisible = false;
        plot.HideGrid();
        plot.Title("Server's processor time of one connection, TLS 1.3, P-256", 17);
        plot.XLabel("ms", 14);
        plot.Legend.ManualItems.AddRange(
        [
            new LegendItem { LabelText = "what nginx takes: OpenSSL, the system", FillColor = s_system },
            new LegendItem { LabelText = "what SslStream takes beyond that", FillColor = s_runtime },
            new LegendItem { LabelText = "what is checked", FillColor = s_checks },
        ]);
        plot.Legend.FontSize = 14;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.ShowLegend(Edge.Bottom);
        plot.SavePng(path, Width, Height);
    }

    private static Bar BarOf(double position, double from, double to, Color color) =>
        new() { Position = position, ValueBase = from, Value = to, FillColor = color, LineWidth = 0, Size = 0.7 };

    private static double? TimeOf(ResultFile<HandshakeRow> results, ServerKind kind, string client) =>
        results.Rows.FirstOrDefault(row => row.Server == kind.ToString() && row.Protocol == "TLS 1.3" && row.Client == client)?.Microseconds / 1000;
}
