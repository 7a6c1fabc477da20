using MutualTls.Certificates;

namespace MutualTls.Paths.CertificatePolicies;

/// <summary>Holds which policies are valid for a path so far, and through which of the certificates above. RFC 9618 section 3.</summary>
/// <remarks>
/// RFC 5280 had a tree with a node for each way to reach a policy, which grows exponentially. Here a policy has one node per certificate,
/// and the node knows its parents. Nodes that lead nowhere are left in place: only the newest level is ever read, and
/// <see cref="AuthorityConstrained"/> walks up from it.
/// </remarks>
internal sealed class PolicyGraph
{
    private readonly List<Dictionary<string, Node>> _levels = [new() { [PolicyOids.Any] = new Node([]) { Expected = [PolicyOids.Any] } }];

    /// <summary>Gets whether no policy is valid: the RFC's NULL.</summary>
    public bool IsNull => _levels[^1].Count == 0;

    private Dictionary<string, Node> Newest => _levels[^1];

    /// <summary>Takes in one certificate's policies. RFC 5280 section 6.1.3 (d) and (e), as RFC 9618 section 5.3 has them.</summary>
    public bool TryAdd(HashSet<string>? policies, bool anyPolicyCounts, ref PathBudget budget)
    {
        Dictionary<string, List<Node>> expecting = ByExpectedPolicy(Newest, out int edges);
        Newest.TryGetValue(PolicyOids.Any, out Node? anyParent);
        Dictionary<string, Node> level = [];
        _levels.Add(level);
        if (!budget.TakePolicyNodes(edges + (policies?.Count ?? 0)))
        {
            return false;
        }

        if (policies is null || expecting.Count == 0)
        {
            // (e) No extension, or nothing left to match: no policy is valid from here on.
            return true;
        }

        foreach (string policy in policies)
        {
            if (policy == PolicyOids.Any)
            {
                continue;
            }

            // (d)(1)(i), and (ii) where no parent expects it but anyPolicy stands above.
            if (expecting.TryGetValue(policy, out List<Node>? parents))
            {
                level.Add(policy, new Node(parents) { Expected = [policy] });
            }
            else if (anyParent is not null)
            {
                level.Add(policy, new Node([anyParent]) { Expected = [policy] });
            }
        }

        // (d)(2) anyPolicy stands for all that is expected and not named.
        if (policies.Contains(PolicyOids.Any) && anyPolicyCounts)
        {
            foreach ((string policy, List<Node> parents) in expecting)
            {
                level.TryAdd(policy, new Node(parents) { Expected = [policy] });
            }
        }

        return true;
    }

    /// <summary>Maps policies of the newest certificate. RFC 5280 section 6.1.4 (b), as RFC 9618 section 5.4 has it.</summary>
    public bool TryMap(Dictionary<string, HashSet<string>> mappings, bool mappingAllowed, ref PathBudget budget)
    {
        foreach ((string issuerDomain, HashSet<string> subjectDomain) in mappings)
        {
            if (!budget.TakePolicyNodes(subjectDomain.Count))
            {
                return false;
            }

            if (!mappingAllowed)
            {
                Newest.Remove(issuerDomain);
            }
            else if (Newest.TryGetValue(issuerDomain, out Node? node))
            {
                node.Expected = subjectDomain;
            }
            else if (Newest.ContainsKey(PolicyOids.Any) && _levels[^2].TryGetValue(PolicyOids.Any, out Node? anyParent))
            {
                Newest.Add(issuerDomain, new Node([anyParent]) { Expected = subjectDomain });
            }
        }

        return true;
    }

    /// <summary>Gets the policies that the CAs agree on, in the first CA's terms. RFC 9618 section 5.5 (g)(1) to (4).</summary>
    public HashSet<string> AuthorityConstrained()
    {
        HashSet<string> policies = [];
        if (IsNull)
        {
            return policies;
        }

        HashSet<Node> alive = [.. Newest.Values];
        for (int depth = _levels.Count - 1; depth > 0; depth--)
        {
            Node? anyAbove = _levels[depth - 1].GetValueOrDefault(PolicyOids.Any);
            HashSet<Node> parents = [];
            foreach ((string policy, Node node) in _levels[depth])
            {
                if (!alive.Contains(node))
                {
                    continue;
                }

                if (policy != PolicyOids.Any && node.Parents is [Node only] && only == anyAbove)
                {
                    policies.Add(policy);
                }

                parents.UnionWith(node.Parents);
            }

            alive = parents;
        }

        if (Newest.ContainsKey(PolicyOids.Any))
        {
            policies.Add(PolicyOids.Any);
        }

        return policies;
    }

    private static Dictionary<string, List<Node>> ByExpectedPolicy(Dictionary<string, Node> level, out int edges)
    {
        Dictionary<string, List<Node>> expecting = [];
        edges = 0;
        foreach (Node node in level.Values)
        {
            foreach (string policy in node.Expected)
            {
                if (!expecting.TryGetValue(policy, out List<Node>? nodes))
                {
                    expecting.Add(policy, nodes = []);
                }

                nodes.Add(node);
                edges++;
            }
        }

        return expecting;
    }

    private sealed class Node(List<Node> parents)
    {
        public List<Node> Parents { get; } = parents;

        public required HashSet<string> Expected { get; set; }
    }
}
